using System.Diagnostics;

namespace CloudNative.EndToEnd.Tests;

/// <summary>Awaits an effect that another process brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is right; after the deadline it fails with the last answer.</summary>
    public static async Task<T> GetAsync<T>(
        Func<CancellationToken, Task<T>> ask, Func<T, bool> isRight, TimeSpan deadline, string expectation)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask(cancellationToken);
            if (isRight(answer))
                return answer;
            if (Stopwatch.GetElapsedTime(started) > deadline)
                Assert.Fail($"After {deadline.TotalSeconds} s still not: {expectation}. Last seen: {answer}");
            await Task.Delay(PollInterval, cancellationToken);
        }
    }
}
