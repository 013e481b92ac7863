namespace CloudNative.EndToEnd.Tests;

/// <summary>Tests during which no other test sends events: none changes the system's numbers, and none is first in a batch, whose trace is that of its first event.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
