using System.Text.Json;
using System.Text.Json.Serialization;
using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Reports;

/// <summary>Every figure of every round, for machines.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static async Task WriteAsync(
        string file, Conditions conditions, IReadOnlyList<(ICase Case, CaseResult Result)> results, Figures figures, CancellationToken cancellationToken)
    {
        var report = new
        {
            Conditions = conditions.Settings.ToDictionary(),
            Cases = results.Select(one => new
            {
                one.Case.Id, one.Case.Title, A = one.Result.Above, B = one.Result.Below, one.Result.Ratio, one.Result.Spread.Low, one.Result.Spread.High,
                one.Result.Bound, MeetsFloor = one.Result.Bound?.MeetsFloor(one.Result.Ratio), MeetsGoal = one.Result.Bound?.MeetsGoal(one.Result.Ratio),
                one.Result.Failure, one.Result.Notes,
            }),
            Figures = Figures.All.Where(figure => figures.Find(figure.Key) is not null).ToDictionary(figure => figure.Key, figure => figures.Find(figure.Key)),
        };
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, report, Options, cancellationToken);
    }
}
