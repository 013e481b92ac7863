namespace CloudNative.ApiService.Tests;

/// <summary>Waits for an effect that takes its time, and says which one when it never comes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public static async Task<T> GetAsync<T>(Func<Task<T>> get, Func<T, bool> expected, string message, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            var value = await get();
            if (expected(value))
                return value;
            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
                Assert.Fail($"{message} The last answer: {value}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
