namespace CloudNative.Bench.Harness;

/// <summary>Measures two things in turn, A-B-A-B: whatever else happens on the machine meets both.</summary>
internal static class Rounds
{
    public static async Task<(IReadOnlyList<T> Above, IReadOnlyList<T> Below)> RunAsync<T>(
        int rounds, Func<CancellationToken, Task<T>> above, Func<CancellationToken, Task<T>> below, CancellationToken cancellationToken)
    {
        var (a, b) = (new List<T>(rounds), new List<T>(rounds));
        for (var round = 1; round <= rounds; round++)
        {
            await ShowAsync($"  round {round} of {rounds}");
            a.Add(await above(cancellationToken));
            b.Add(await below(cancellationToken));
        }

        await ShowAsync("");
        return (a, b);
    }

    // For who watches; a log has no use for it.
    private static Task ShowAsync(string progress) =>
        Console.IsErrorRedirected ? Task.CompletedTask : Console.Error.WriteAsync($"\r{progress,-24}\r");
}
