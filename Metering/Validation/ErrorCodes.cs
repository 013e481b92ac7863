namespace CloudNative.Metering.Validation;

/// <summary>The values of <see cref="FieldError.Code"/>; clients switch on them, so none is ever renamed.</summary>
public static class ErrorCodes
{
    public const string Required = "required";
    public const string Forbidden = "forbidden";
    public const string Invalid = "invalid";
    public const string TooLong = "too_long";
    public const string TooMany = "too_many";
    public const string OutOfRange = "out_of_range";
    public const string Unknown = "unknown";
    public const string NotSupported = "not_supported";
    public const string Taken = "taken";
}
