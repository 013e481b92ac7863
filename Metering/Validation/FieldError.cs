namespace CloudNative.Metering.Validation;

/// <summary>One thing that is wrong with what a client sent.</summary>
/// <param name="Field">The field or query parameter, as the client spells it: <c>slug</c>, <c>groupBy.path</c>, <c>[3].type</c>.</param>
/// <param name="Code">What is wrong, for programs: see <see cref="ErrorCodes"/>.</param>
/// <param name="Message">What is wrong and what is expected, for people.</param>
public sealed record FieldError(string Field, string Code, string Message);
