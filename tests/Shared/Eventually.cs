using System.Diagnostics;

namespace CloudNative.Tests;

/// <summary>Awaits an effect that another thread or process brings about.</summary>
internal static class Eventually
{
    /// <summary>Far more than any effect takes: a test fails because of wrong numbers, not because a machine is busy.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is right; after the deadline (where the time itself is promised, the test's own) it fails with the last answer.</summary>
    public static async Task<T> GetAsync<T>(Func<CancellationToken, Task<T>> ask, Func<T, bool> isRight, string expectation, TimeSpan? deadline = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var limit = deadline ?? Deadline;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask(cancellationToken);
            if (isRight(answer))
                return answer;
            if (Stopwatch.GetElapsedTime(started) > limit)
                Assert.Fail($"After {limit.TotalSeconds} s still not: {expectation}. Last seen: {answer}");
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>Tries again until nothing is thrown; a request that timed out is one of those failures.</summary>
    public static Task SucceedsAsync(Func<Task> action, string expectation) => GetAsync(
        async token =>
        {
            try
            {
                await action();
                return "done";
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                return e.Message;
            }
        },
        answer => answer == "done",
        expectation);
}
