using System.Net;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.Servers.Redis;
using Aspire.Hosting.Tools;
using CloudNative.Hosting.Tests.Processes;

namespace CloudNative.Hosting.Tests.Servers;

public sealed class GarnetServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hosting-tests-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ReadyAsync_StartedServer_SpeaksRedisWithLua()
    {
        var options = new GarnetOptions(Path.Combine(_folder, "redis"), Ports.Free(), "p@ss word");
        await using var running = await RunningServer.StartAsync(new GarnetServer(options, UserCache.Default, TestProcesses.Instance), Token);

        var answers = await SendAsync(
            options.Port,
            ["AUTH", "p@ss word"],
            ["SET", "a", "1", "EX", "60", "NX"],
            ["SET", "a", "2", "NX"],
            ["EVAL", "return redis.call('INCR', KEYS[1])", "1", "a"]);

        Assert.Equal(["+OK", "+OK", "$-1", ":2"], answers);
    }

    [Fact]
    public async Task Eval_ScriptsOfTwoConnectionsAtOnce_EachRunsAlone()
    {
        const int scripts = 500;
        var options = new GarnetOptions(Path.Combine(_folder, "redis"), Ports.Free(), "secret");
        await using var running = await RunningServer.StartAsync(new GarnetServer(options, UserCache.Default, TestProcesses.Instance), Token);
        string[] increment = ["EVAL", "return redis.call('SET', KEYS[1], (redis.call('GET', KEYS[1]) or 0) + 1)", "1", "n"];
        string[][] commands = [["AUTH", "secret"], .. Enumerable.Repeat(increment, scripts)];

        await Task.WhenAll(SendAsync(options.Port, commands), SendAsync(options.Port, commands));

        Assert.Equal(["+OK", $":{2 * scripts}"], await SendAsync(options.Port, ["AUTH", "secret"], ["INCRBY", "n", "0"]));
    }

    [Fact]
    public async Task ReadyAsync_StartedServer_RefusesWhoGivesNoPassword()
    {
        var options = new GarnetOptions(Path.Combine(_folder, "redis"), Ports.Free(), "secret");
        await using var running = await RunningServer.StartAsync(new GarnetServer(options, UserCache.Default, TestProcesses.Instance), Token);

        var answer = Assert.Single(await SendAsync(options.Port, ["PING"]));

        Assert.StartsWith("-NOAUTH", answer);
    }

    private static async Task<List<string>> SendAsync(int port, params string[][] commands)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Token);
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answers = new List<string>();
        foreach (var words in commands)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"*{words.Length}\r\n{string.Concat(words.Select(word => $"${word.Length}\r\n{word}\r\n"))}"), Token);
            answers.Add((await reader.ReadLineAsync(Token))!);
        }

        return answers;
    }
}
