namespace Aspire.Hosting.Servers.Redis;

/// <summary>What a Garnet server is started with.</summary>
/// <param name="RunFolder">The server's folder within the run's temporary folder.</param>
/// <param name="Port">The port on 127.0.0.1.</param>
/// <param name="Password">What clients must give.</param>
internal sealed record GarnetOptions(string RunFolder, int Port, string Password)
{
    /// <summary>The log's memory in MiB. The oldest entries leave it when it is full; Garnet's own default is 16 GiB.</summary>
    public int MemoryMegabytes { get; init; } = 256;
}
