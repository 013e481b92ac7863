namespace CloudNative.AiGateway.Traffic;

/// <param name="Tokens">Tokens used.</param>
/// <param name="Model">Name of the language model.</param>
/// <param name="Type"><c>prompt</c> or <c>completion</c>.</param>
internal sealed record TokenUsage(long Tokens, string Model, string Type);

/// <param name="Model">Name of the language model.</param>
/// <param name="DurationMs">Milliseconds until the answer was complete.</param>
internal sealed record ModelRequest(string Model, int DurationMs);
