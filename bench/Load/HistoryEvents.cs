using System.Globalization;

namespace CloudNative.Bench.Load;

/// <summary>
/// Thirty days of events that follow from their numbers by plain arithmetic, so that PostgreSQL and DuckDB can make the same ones. Written in SQL, with
/// <c>i</c> for the number.
/// </summary>
internal static class HistoryEvents
{
    public const int Days = 30;

    /// <summary>Combinations of subject, kind and model.</summary>
    public const int SeriesCount = BenchEvent.Subjects * KindCount * ModelCount;

    public const string Series = "(i * 7919 % 8000)";
    public const string Tokens = "(1 + i % 999)";

    private const int KindCount = 2;
    private const int ModelCount = 4;

    public static readonly DateTimeOffset From = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset To => From.AddDays(Days);

    /// <summary>The minute, from the first.</summary>
    /// <param name="division">The database's operator for integers.</param>
    public static string Minute(string division) => $"((i {division} 8000 * 104729 + i * 31) % 43200)";

    public static string Subject(int series) => string.Create(CultureInfo.InvariantCulture, $"customer-{series % BenchEvent.Subjects:0000}");

    public static string Kind(int series) => series / BenchEvent.Subjects % KindCount == 0 ? "input" : "output";

    public static string Model(int series) => string.Create(CultureInfo.InvariantCulture, $"model-{series / BenchEvent.Subjects / KindCount}");
}
