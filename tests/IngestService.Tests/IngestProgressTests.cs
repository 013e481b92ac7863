using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CloudNative.IngestService.Tests;

public sealed class IngestProgressTests
{
    private static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(15);
    private readonly FakeTimeProvider _clock = new();
    private readonly IngestProgress _progress;

    public IngestProgressTests() => _progress = new IngestProgress(_clock, Options.Create(new IngestOptions { StallAfter = StallAfter }));

    [Fact]
    public async Task Check_BeforeJoining_IsNotReadyAndSaysWhatFailed()
    {
        _progress.Failed("broker away");
        var result = await CheckAsync();
        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("broker away", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_LagThatMoves_IsReady()
    {
        _progress.Joined();
        for (var i = 0; i < 10; i++)
        {
            _progress.Observe(0, nextOffset: i, fetchedEnd: i + 1000);
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task Check_OnePartitionThatDoesNotMove_IsNotReadyUntilItDoes()
    {
        _progress.Joined();
        _progress.Observe(0, nextOffset: 10, fetchedEnd: 15);
        _progress.Observe(1, nextOffset: 10, fetchedEnd: 15);
        _clock.Advance(StallAfter + TimeSpan.FromSeconds(1));
        _progress.Observe(0, nextOffset: 10, fetchedEnd: 15);
        _progress.Observe(1, nextOffset: 12, fetchedEnd: 15);
        var stalled = await CheckAsync();
        Assert.Equal(HealthStatus.Unhealthy, stalled.Status);
        Assert.Contains("partitions 0 ", stalled.Description, StringComparison.Ordinal);
        _progress.Observe(0, nextOffset: 11, fetchedEnd: 15);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task Check_DatabaseAwayWhileNothingElseMoves_IsNotReady()
    {
        _progress.Joined();
        _progress.Observe(0, nextOffset: 1, fetchedEnd: 1);
        _progress.Failed("PostgreSQL is away");
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
        _clock.Advance(StallAfter + TimeSpan.FromSeconds(1));
        _progress.Observe(0, nextOffset: 1, fetchedEnd: 1);
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync()).Status);
        _progress.Looked(new Dictionary<int, long> { [0] = 1 });
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    [Theory]
    [InlineData(-1001)]
    [InlineData(10)]
    public async Task Check_FetchesTellNothingOrStoppedTelling_IsNotReadyByTheBrokersWord(long fetchedEnd)
    {
        _progress.Joined();
        _progress.Observe(0, nextOffset: 10, fetchedEnd);
        Assert.Equal(0, _progress.Lag);
        _progress.Looked(new Dictionary<int, long> { [0] = 15 });
        _progress.Observe(0, nextOffset: 10, fetchedEnd);
        Assert.Equal(5, _progress.Lag);
        _clock.Advance(StallAfter + TimeSpan.FromSeconds(1));
        _progress.Looked(new Dictionary<int, long> { [0] = 15 });
        _progress.Observe(0, nextOffset: 10, fetchedEnd);
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync()).Status);
        _progress.Observe(0, nextOffset: 15, fetchedEnd: 15);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task Check_EndUnknownForLong_DoesNotCountAsMovement()
    {
        _progress.Joined();
        _progress.Observe(0, nextOffset: 10, fetchedEnd: -1001);
        _clock.Advance(StallAfter + TimeSpan.FromSeconds(1));
        _progress.Observe(0, nextOffset: 10, fetchedEnd: -1001);
        _progress.Looked(new Dictionary<int, long> { [0] = 11 });
        _progress.Observe(0, nextOffset: 10, fetchedEnd: -1001);
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync()).Status);
    }

    [Fact]
    public void Forget_PartitionWhoseEndWasAsked_ForgetsItsEnd()
    {
        _progress.Looked(new Dictionary<int, long> { [0] = 15 });
        _progress.Forget(0);
        _progress.Observe(0, nextOffset: 10, fetchedEnd: 10);
        Assert.Equal(0, _progress.Lag);
    }

    [Fact]
    public async Task Check_NothingToDo_StaysReady()
    {
        _progress.Joined();
        _progress.Observe(0, nextOffset: 1, fetchedEnd: 1);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task Check_StalledPartitionThatWentToAnother_IsReady()
    {
        _progress.Joined();
        _progress.Observe(0, nextOffset: 1, fetchedEnd: 6);
        _clock.Advance(StallAfter + TimeSpan.FromSeconds(1));
        _progress.Forget(0);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    private Task<HealthCheckResult> CheckAsync() => _progress.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
}
