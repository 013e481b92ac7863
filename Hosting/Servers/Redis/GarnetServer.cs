using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;

namespace Aspire.Hosting.Servers.Redis;

/// <summary>Garnet, Microsoft's Redis-compatible server: a cache in memory, with Lua, without streams.</summary>
internal sealed class GarnetServer(GarnetOptions options, UserCache cache, IProcessStarter processes) : ILocalServer
{
    private static readonly DotnetTool Tool = new("garnet-server", "2.2.8");
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var assembly = await Tool.InstallAsync(cache, processes, cancellationToken);
        Directory.CreateDirectory(options.RunFolder);
        var settings = Path.Combine(options.RunFolder, "garnet.conf");
        await WriteSettingsAsync(settings, cancellationToken);
        return new ProcessSpec(DotnetHost.Path, ["exec", assembly, "--config-import-path", settings]) { WorkingDirectory = options.RunFolder };
    }

    /// <inheritdoc/>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        while (!await AnswersAsync(cancellationToken))
            await Task.Delay(ProbeInterval, cancellationToken);
    }

    // A file for its owner alone, because every user of a machine can read the arguments of a process.
    private async Task WriteSettingsAsync(string path, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, object>
        {
            ["Address"] = IPAddress.Loopback.ToString(),
            ["Port"] = options.Port,
            ["AuthenticationMode"] = "Password",
            ["Password"] = options.Password,
            ["EnableLua"] = true,
            // A script runs alone on its keys, as it does in Redis; without this two of them interleave.
            ["LuaTransactionMode"] = true,
            ["LogMemorySize"] = $"{options.MemoryMegabytes}m",
            ["IndexMemorySize"] = "16m",
            ["PageSize"] = "4m",
            ["QuietMode"] = true,
        };
        var access = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            access.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, access);
        await JsonSerializer.SerializeAsync(file, settings, cancellationToken: cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, options.Port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{Command("AUTH", options.Password)}{Command("PING")}"), cancellationToken);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadLineAsync(cancellationToken) == "+OK" && await reader.ReadLineAsync(cancellationToken) == "+PONG";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private static string Command(params string[] words) =>
        $"*{words.Length}\r\n{string.Concat(words.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"))}";
}
