using CloudNative.ApiService.Backlog;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class KnownRetentionTests
{
    private static readonly TopicRetention Week = new(1_000_000, TimeSpan.FromDays(7));

    private readonly FakeTimeProvider _clock = new();
    private readonly LevelsLogged _logger = new();

    [Fact]
    public async Task ReadAsync_BrokerFailsToTellOnce_KeepsWhatItToldLastAndSaysSoEachTime()
    {
        var known = Known(new BacklogOptions());
        Assert.Equal(Week, await ReadAsync(known, Week));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.Equal(Week, await ReadAsync(known, told: null));
            Assert.Equal(Week, await ReadAsync(known, told: null));
            Assert.Equal(Week, await ReadAsync(known, Week));
        }

        Assert.Equal(
            [LogLevel.Warning, LogLevel.Information, LogLevel.Warning, LogLevel.Information],
            _logger.Levels);
    }

    [Fact]
    public async Task ReadAsync_BrokerNeverTells_IsUnknownExceptWhatIsConfigured()
    {
        Assert.Equal(TopicRetention.Unknown, await ReadAsync(Known(new BacklogOptions()), told: null));
        Assert.Equal(new TopicRetention(65_536, Time: null), await ReadAsync(Known(new BacklogOptions { RetentionBytes = 65_536 }), told: null));
    }

    private KnownRetention Known(BacklogOptions options) => new(Options.Create(options), _clock, _logger);

    /// <summary>After the time for which an answer holds; null is a broker that does not tell.</summary>
    private Task<TopicRetention> ReadAsync(KnownRetention known, TopicRetention? told)
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        return known.ReadAsync(
            _ => told is null ? Task.FromException<TopicRetention>(Refusal()) : Task.FromResult(told), TestContext.Current.CancellationToken);
    }

    private static DescribeConfigsException Refusal() =>
        new([new DescribeConfigsReport { Error = new Error(ErrorCode.TopicAuthorizationFailed, "not allowed") }]);

    private sealed class LevelsLogged : ILogger<KnownRetention>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Levels.Add(logLevel);
    }
}
