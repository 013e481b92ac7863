namespace CloudNative.EndToEnd.Tests;

/// <summary>Tests during which no other test changes the system's numbers.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
