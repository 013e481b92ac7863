namespace CloudNative.Metering;

/// <summary>One reason why a request was refused; every error of a request is reported at once.</summary>
/// <param name="Field">The field that is wrong, with the event's index in a batch: <c>time</c>, <c>[3].time</c>, <c>groupBy.model</c>.</param>
/// <param name="Code">A stable word for programs, lower case with underscores: <c>required</c>, <c>invalid_time</c>.</param>
/// <param name="Message">What is wrong and what would be right, for people.</param>
public sealed record FieldError(string Field, string Code, string Message);
