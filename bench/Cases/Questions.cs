using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>Asks the same questions in several ways, one after the other.</summary>
internal sealed class Questions(Workbench bench)
{
    private static readonly int[] Compared = [0, 1, 500, 999];

    private readonly Random _random = new(1);

    /// <summary>Milliseconds of each question of a round; every question is of another subject.</summary>
    public async Task<IReadOnlyList<double>> RoundAsync(IQuestioner questioner, CancellationToken cancellationToken)
    {
        var times = new double[bench.Sizes.Queries];
        for (var i = 0; i < times.Length; i++)
        {
            var subject = HistoryEvents.Subject(_random.Next(BenchEvent.Subjects));
            var started = Stopwatch.GetTimestamp();
            await questioner.AskAsync(subject, cancellationToken);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        return times;
    }

    /// <summary>Measures two ways in turn.</summary>
    /// <param name="percent">Which percentile of a round is its figure.</param>
    public async Task<(IReadOnlyList<double> Above, IReadOnlyList<double> Below)> RunAsync(
        IQuestioner above, IQuestioner below, double percent, CancellationToken cancellationToken)
    {
        await WarmUpAsync(above, cancellationToken);
        await WarmUpAsync(below, cancellationToken);
        return await Rounds.RunAsync(
            bench.Sizes.Rounds,
            async token => Percentile.Of(await RoundAsync(above, token), percent),
            async token => Percentile.Of(await RoundAsync(below, token), percent),
            cancellationToken);
    }

    // What is called often is compiled once more, in the background, when nothing new was called for a while: a service that has answered 200 questions
    // still runs slow code. Pages come into memory, too.
    private async Task WarmUpAsync(IQuestioner questioner, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < bench.Sizes.WarmUp)
            await RoundAsync(questioner, cancellationToken);
    }

    /// <summary>Both must say the same.</summary>
    public static async Task CompareAsync(IQuestioner one, IQuestioner other, CancellationToken cancellationToken)
    {
        foreach (var subject in Compared.Select(HistoryEvents.Subject))
        {
            var (ours, theirs) = (await one.AskAsync(subject, cancellationToken), await other.AskAsync(subject, cancellationToken));
            if (ours.Count == 0 || !ours.SequenceEqual(theirs))
                throw new CountMismatchException($"Tokens of {subject} by day: {string.Join(' ', ours)}, but the other way {string.Join(' ', theirs)}.");
        }
    }
}
