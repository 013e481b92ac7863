namespace CloudNative.Metering.Client.Tests;

/// <summary>A buffer folder of one test.</summary>
internal sealed class BufferFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("usage-").FullName;

    /// <summary>What events are kept in, oldest first.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Path, "*.events").Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
