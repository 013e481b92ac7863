namespace CloudNative.Metering.Validation;

/// <summary>
/// Checks the fields of what a client sent, and adds what is wrong to the errors that reading it had: of a field that could not be read, nothing more is said.
/// </summary>
public sealed class FieldChecks(ICollection<FieldError> errors)
{
    // An unknown field is none that is checked here: a query parameter may have the name of a field that is.
    private readonly HashSet<string> _unreadable = [.. errors.Where(error => error.Code != ErrorCodes.Unknown).Select(error => error.Field)];

    public void Text(string field, string? value, int maxLength, bool required = false)
    {
        if (required && string.IsNullOrWhiteSpace(value))
            Add(field, ErrorCodes.Required, "Required, and not empty.");
        else if (TextLength.IsMore(value, maxLength))
            Add(field, ErrorCodes.TooLong, $"At most {maxLength} characters.");
        else
            Storable(field, value);
    }

    public void Metadata(IReadOnlyDictionary<string, string?>? metadata)
    {
        if (metadata is null)
            return;
        if (metadata.Count > FieldLimits.MaxMetadataEntries)
            Add("metadata", ErrorCodes.TooMany, $"At most {FieldLimits.MaxMetadataEntries} entries.");
        foreach (var (key, value) in metadata)
        {
            if (key.Length == 0 || TextLength.IsMore(key, FieldLimits.MaxMetadataKeyLength))
                Add($"metadata.{key}", ErrorCodes.OutOfRange, $"A key has 1 to {FieldLimits.MaxMetadataKeyLength} characters.");
            Storable("metadata", key);
            if (value is null)
                Add($"metadata.{key}", ErrorCodes.Required, "Must be a text, not null.");
            Text($"metadata.{key}", value, FieldLimits.MaxMetadataValueLength);
        }
    }

    public void Storable(string field, string? value)
    {
        if (!StorableText.Is(value))
            Add(StorableText.Fault(field));
    }

    public void Add(string field, string code, string message) => Add(new FieldError(field, code, message));

    private void Add(FieldError error)
    {
        if (!_unreadable.Contains(error.Field))
            errors.Add(error);
    }
}
