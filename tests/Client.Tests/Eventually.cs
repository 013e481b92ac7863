namespace CloudNative.Metering.Client.Tests;

/// <summary>Waits for an effect that takes its time, and says which one when it never comes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <param name="isTrue">The effect.</param>
    /// <param name="message">What did not come.</param>
    /// <param name="meanwhile">Done before each further look.</param>
    public static async Task BecomesTrueAsync(Func<bool> isTrue, string message, Action? meanwhile = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!isTrue())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
                Assert.Fail(message);
            meanwhile?.Invoke();
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
