using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Events;

/// <summary>What is wrong with the events of one body. An answer with every error of a body made to have many would be larger than the body: the last ones are only counted.</summary>
internal sealed class EventErrors(ICollection<FieldError> kept)
{
    /// <summary>How many were found and not kept.</summary>
    public int Omitted { get; private set; }

    public int Found => kept.Count + Omitted;

    /// <param name="path">Of the event, empty for the only one of its body.</param>
    /// <param name="name">The attribute's name; empty for the event as a whole.</param>
    /// <param name="code">See <see cref="ErrorCodes"/>.</param>
    /// <param name="message">For people.</param>
    public void Add(string path, string name, string code, string message)
    {
        if (kept.Count < UsageEventReader.MaxErrors)
            kept.Add(new FieldError(path.Length == 0 || name.Length == 0 ? path + name : $"{path}.{name}", code, message));
        else
            Omitted++;
    }

    public void Add(FieldError error) => Add("", error.Field, error.Code, error.Message);
}
