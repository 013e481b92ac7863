using System.Net;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers.Postgres;
using Aspire.Hosting.Servers.Redis;
using Aspire.Hosting.Tools;
using CloudNative.Fault.Tests.Load;
using CloudNative.Fault.Tests.Parts;
using CloudNative.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CloudNative.Fault.Tests;

/// <summary>
/// The whole system as processes of this test run's own, with something that disturbs connections between any two of them. Booted once for all tests of
/// one broker; a test works as a tenant of its own, and the next one finds the system healed.
/// </summary>
public abstract class FaultySystem : IAsyncLifetime
{
    private const string User = "postgres";
    private const string Database = "metering";
    private const int Sinks = 3;
    private const int LostRecordsSink = 2;

    /// <summary>What each of librdkafka's clients says of each attempt, many times a second while its broker is away.</summary>
    private const string ConnectionFailed = "FAIL: [thrd";

    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(30);

    private readonly LocalRun _run = new(new LocalRunOptions(AppContext.BaseDirectory), NullLogger<LocalRun>.Instance);
    private readonly FreePorts _ports = new();
    private readonly List<Part> _services = [];
    private readonly List<Part> _sinks = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private string _password = "";
    private Uri? _sinkAddress;
    private Toxiproxy? _proxy;

    internal Broker Broker { get; private set; } = null!;

    internal Part Postgres { get; private set; } = null!;

    internal Part Redis { get; private set; } = null!;

    internal Part Api { get; private set; } = null!;

    internal Uri ApiAddress { get; private set; } = null!;

    /// <summary>Does not run when a test begins.</summary>
    internal Part AnotherApi { get; private set; } = null!;

    internal Uri AnotherApiAddress { get; private set; } = null!;

    /// <summary>The first one runs when a test begins, the others don't.</summary>
    internal IReadOnlyList<Part> Sink => _sinks;

    /// <summary>One of them, with the setting of a person who decided that a partition goes on without records that are gone.</summary>
    internal Part SinkThatAcceptsLostRecords => _sinks[LostRecordsSink];

    /// <summary>The database, past every disturbance.</summary>
    internal NpgsqlDataSource Source { get; private set; } = null!;

    internal string RedisAddress { get; private set; } = "";

    internal Links Links { get; private set; } = Links.None;

    /// <summary>Why there is no such system on this machine; null when there is.</summary>
    internal string? Missing { get; private set; }

    /// <summary>A test failed: what it left in the log must not make the next ones fail.</summary>
    internal bool IsDamaged { get; set; }

    internal bool HasProxy => _proxy is not null;

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        Missing = await MissingAsync(cancellationToken);
        if (Missing is not null)
            return;

        _run.Begin();
        _password = _run.Id;
        if (Toxiproxy.Find() is { } program)
            _proxy = await Toxiproxy.StartAsync(program, _ports.Next(), _run, cancellationToken);
        var (postgres, redis) = (_ports.Next(), _ports.Next());
        Broker = CreateBroker(_run, _ports, _proxy is not null);
        await Task.WhenAll(Broker.StartAsync(_proxy, cancellationToken), StartPostgresAsync(postgres, cancellationToken), StartRedisAsync(redis, cancellationToken));
        Links = _proxy is null ? Links.None : new Links
        {
            ApiToPostgres = await LinkAsync("api-postgres", postgres, cancellationToken),
            SinkToPostgres = await LinkAsync("sink-postgres", postgres, cancellationToken),
            ApiToRedis = await LinkAsync("api-redis", redis, cancellationToken),
        };
        await StartServicesAsync(postgres, redis, cancellationToken);
    }

    /// <summary>Everything works, one API and one sink run, and it has joined.</summary>
    internal async Task HealAsync(CancellationToken cancellationToken)
    {
        if (_proxy is not null)
            await _proxy.HealAsync(cancellationToken);
        await Broker.HealAsync(cancellationToken);
        if (IsDamaged)
            await Broker.RecreateTopicAsync(cancellationToken);
        IsDamaged = false;
        // A test that failed may have left one frozen, which all tests after it would wait for.
        foreach (var frozen in _sinks.Where(part => part.IsRunning))
            await frozen.ThawAsync(cancellationToken);
        foreach (var part in (Part[])[Postgres, Redis, Api, _sinks[0]])
            await part.StartAsync(cancellationToken);
        foreach (var other in _sinks.Skip(1).Append(AnotherApi).Where(part => part.IsRunning))
            await other.EndAsync(StopSignal.Terminate, StopGrace, cancellationToken);
        await Eventually.SucceedsAsync(CheckHealthAsync, "the API and the first sink are healthy");
    }

    /// <summary>Waits until sinks have counted something more of the load.</summary>
    internal async Task UntilCountingAsync(LoadGenerator load, CancellationToken cancellationToken)
    {
        var before = await CountedAsync(cancellationToken);
        await Eventually.GetAsync(
            async token =>
            {
                await load.EnsureSendingAsync();
                return await CountedAsync(token);
            },
            counted => counted > before,
            "records are being counted");
    }

    /// <summary>What the services said last.</summary>
    internal IEnumerable<string> Log() => _services.SelectMany(part =>
        part.Lines.Where(line => !line.Contains(ConnectionFailed, StringComparison.Ordinal)).TakeLast(80).Select(line => $"{part.Name}| {line}"));

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var part in _services)
            await part.DisposeAsync();
        if (Source is not null)
            await Source.DisposeAsync();
        if (Broker is not null)
            await Broker.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        _http.Dispose();
        await _run.DisposeAsync();
        _ports.Dispose();
    }

    private protected virtual Task<string?> MissingAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    private protected abstract Broker CreateBroker(LocalRun run, FreePorts ports, bool hasProxy);

    private async Task StartPostgresAsync(int port, CancellationToken cancellationToken)
    {
        var server = new PostgresServer(new PostgresOptions(_run.RunFolder("postgres"), port, User, _password), PostgresLocator.Default, _run);
        Postgres = new Part("postgres", _run, server.PrepareAsync, server.ReadyAsync);
        await Postgres.StartAsync(cancellationToken);
        await server.CreateDatabaseAsync(Database, cancellationToken);
        // Without a pool: no connection outlives a server that a test killed.
        Source = NpgsqlDataSource.Create($"{ConnectionString(port)};Pooling=false");
    }

    private async Task StartRedisAsync(int port, CancellationToken cancellationToken)
    {
        var server = new GarnetServer(new GarnetOptions(_run.RunFolder("redis"), port, _password), UserCache.Default, _run);
        Redis = new Part("redis", _run, server.PrepareAsync, server.ReadyAsync);
        await Redis.StartAsync(cancellationToken);
        RedisAddress = RedisConnection(port);
    }

    private async Task StartServicesAsync(int postgres, int redis, CancellationToken cancellationToken)
    {
        var services = new Services(_run, _ports);
        await services.MigrateAsync(ConnectionString(postgres), Broker.Addresses.Test, cancellationToken);
        var database = ConnectionString(Links.ApiToPostgres?.Port ?? postgres);
        var cache = RedisConnection(Links.ApiToRedis?.Port ?? redis);
        (Api, ApiAddress) = services.Api("api", database, cache, Broker.Addresses.Api);
        (AnotherApi, AnotherApiAddress) = services.Api("api-2", database, cache, Broker.Addresses.Api);
        for (var number = 1; number <= Sinks; number++)
        {
            // Only the first one's link is disturbed: what it does then can be seen from the others.
            var name = $"sink-{number}";
            var sinkDatabase = $"{ConnectionString(number == 1 && Links.SinkToPostgres is { } link ? link.Port : postgres)};Application Name={name}";
            var (sink, address) = services.Sink(name, sinkDatabase, Broker.Addresses.Sink, acceptsLostRecords: number - 1 == LostRecordsSink);
            _sinks.Add(sink);
            _sinkAddress ??= address;
        }

        _services.AddRange([Api, AnotherApi, .. _sinks]);
    }

    /// <summary>Waits until the first sink says that it can't do its work.</summary>
    internal Task UntilSinkIsNotReadyAsync() => Eventually.SucceedsAsync(
        async () =>
        {
            using var answer = await _http.GetAsync(new Uri(_sinkAddress!, "health"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        },
        "the sink says that it is not ready");

    /// <summary>Up to which offset each partition is counted.</summary>
    internal async Task<Dictionary<int, long>> OffsetsAsync(CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand(
            "select partition, next_offset from ingest_offsets where stream_id = (select max(id) from ingest_streams)");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var offsets = new Dictionary<int, long>();
        while (await reader.ReadAsync(cancellationToken))
            offsets.Add(reader.GetInt32(0), reader.GetInt64(1));
        return offsets;
    }

    /// <summary>How many records are counted, of all partitions and streams.</summary>
    internal async Task<long> CountedAsync(CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand("select coalesce(sum(next_offset), 0)::bigint from ingest_offsets");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task CheckHealthAsync()
    {
        foreach (var address in (Uri[])[ApiAddress, _sinkAddress!])
        {
            using var answer = await _http.GetAsync(new Uri(address, "health"), TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    private async Task<Link> LinkAsync(string name, int target, CancellationToken cancellationToken) =>
        await _proxy!.AddAsync(name, _ports.Next(), target, cancellationToken);

    private string ConnectionString(int port) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = User,
        Password = _password,
        Database = Database,
    }.ConnectionString;

    private string RedisConnection(int port) => $"127.0.0.1:{port},password={_password}";
}
