namespace CloudNative.Metering.Meters;

/// <summary>Why a text is not a path.</summary>
/// <param name="Position">Zero-based index of the character that is wrong; the text's length when it ends too early.</param>
/// <param name="Message">What was expected there.</param>
public sealed record JsonPathError(int Position, string Message);
