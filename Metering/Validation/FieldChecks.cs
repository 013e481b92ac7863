namespace CloudNative.Metering.Validation;

/// <summary>
/// Checks the fields of what a client sent, and adds what is wrong to the errors that reading it had: of a field that could not be read, nothing more is said.
/// </summary>
internal sealed class FieldChecks(ICollection<FieldError> errors)
{
    private readonly HashSet<string> _unreadable = [.. errors.Select(error => error.Field)];

    public void Text(string field, string? value, int maxLength, bool required = false)
    {
        if (required && string.IsNullOrWhiteSpace(value))
            Add(field, ErrorCodes.Required, "Required, and not empty.");
        else if (value?.Length > maxLength)
            Add(field, ErrorCodes.TooLong, $"At most {maxLength} characters.");
        else if (value?.Contains('\0', StringComparison.Ordinal) == true)
            AddNul(field);
    }

    public void Metadata(IReadOnlyDictionary<string, string?>? metadata)
    {
        if (metadata is null)
            return;
        if (metadata.Count > FieldLimits.MaxMetadataEntries)
            Add("metadata", ErrorCodes.TooMany, $"At most {FieldLimits.MaxMetadataEntries} entries.");
        foreach (var (key, value) in metadata)
        {
            if (key.Length is 0 or > FieldLimits.MaxMetadataKeyLength)
                Add($"metadata.{key}", ErrorCodes.OutOfRange, $"A key has 1 to {FieldLimits.MaxMetadataKeyLength} characters.");
            if (key.Contains('\0', StringComparison.Ordinal))
                AddNul("metadata");
            if (value is null)
                Add($"metadata.{key}", ErrorCodes.Required, "Must be a text, not null.");
            Text($"metadata.{key}", value, FieldLimits.MaxMetadataValueLength);
        }
    }

    // PostgreSQL's text holds every character but this one.
    public void AddNul(string field) => Add(field, ErrorCodes.Invalid, "Must not contain the character U+0000.");

    public void Add(string field, string code, string message)
    {
        if (!_unreadable.Contains(field))
            errors.Add(new FieldError(field, code, message));
    }
}
