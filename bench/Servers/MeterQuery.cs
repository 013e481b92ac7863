using System.Diagnostics;
using System.Text.Json;
using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Servers;

/// <summary>Asks the REST API for a meter's total, as a client would.</summary>
internal sealed class MeterQuery(HttpClient api)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The sum over all time; 0 while there is none.</summary>
    /// <param name="subject">Only this subject's; null: everybody's.</param>
    public async Task<long> TotalAsync(string? subject, CancellationToken cancellationToken)
    {
        var address = $"/api/v1/meters/{Databases.Meter}/query{(subject is null ? "" : $"?subject={subject}")}";
        await using var answer = await api.GetStreamAsync(address, cancellationToken);
        using var usage = await JsonDocument.ParseAsync(answer, default, cancellationToken);
        return usage.RootElement.GetProperty("data").EnumerateArray().Sum(row => row.GetProperty("value").GetInt64());
    }

    /// <summary>Asks until the answer is there.</summary>
    /// <returns>When it was, as a timestamp of <see cref="Stopwatch"/>.</returns>
    public async Task<long> UntilTotalAsync(string? subject, long expected, TimeSpan interval, CancellationToken cancellationToken)
    {
        var (last, movedAt) = (-1L, Stopwatch.GetTimestamp());
        while (true)
        {
            var total = await TotalAsync(subject, cancellationToken);
            var now = Stopwatch.GetTimestamp();
            if (total == expected)
                return now;
            if (total != last)
                (last, movedAt) = (total, now);
            if (total > expected || Stopwatch.GetElapsedTime(movedAt) > Patience)
                CountMismatchException.ThrowUnless(expected, total, "Tokens that a query sees");
            await Task.Delay(interval, cancellationToken);
        }
    }
}
