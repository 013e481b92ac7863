namespace CloudNative.Metering.Validation;

/// <summary>The limits of what people write about the nouns that they edit.</summary>
public static class FieldLimits
{
    /// <summary>For documents: something other than white space.</summary>
    public const string NotBlankPattern = @"\S";

    public const int MaxNameLength = 256;
    public const int MaxDescriptionLength = 1024;
    public const int MaxMetadataEntries = 50;
    public const int MaxMetadataKeyLength = 64;
    public const int MaxMetadataValueLength = 512;
}
