using Xunit.v3;

namespace CloudNative.Tests;

/// <summary>
/// The statements of the HTTP contract (<c>design/api.md</c>) that a test proves: of each a piece that is in no other one, in its own words and without backticks.
/// Architecture.Tests fails for a statement that no test names. As a trait a piece selects its tests: <c>-trait "Contract=ties: the later ingested"</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProvesAttribute(params string[] statements) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. statements.Select(statement => KeyValuePair.Create("Contract", statement))];
}
