namespace CloudNative.Metering.Meters;

/// <summary>Leaves the parser from any depth; never leaves <see cref="JsonPath"/>.</summary>
#pragma warning disable CA1032 // Not an API: it always carries the error.
internal sealed class JsonPathException(int position, string message) : Exception(message)
#pragma warning restore CA1032
{
    public JsonPathError Error { get; } = new(position, message);
}
