using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;

namespace CloudNative.Web.Api;

/// <summary>The length of a query's windows; absent, one row for the whole range.</summary>
public enum WindowSize
{
    Minute,
    Hour,
    Day,
}

/// <summary>What to ask of a meter. The range is half-open: <c>[From, To)</c>, UTC.</summary>
internal sealed record UsageQuery(DateTimeOffset? From, DateTimeOffset? To, WindowSize? Window)
{
    public string? Subject { get; init; }

    /// <summary><c>subject</c> or one of the meter's dimensions.</summary>
    public string? GroupBy { get; init; }

    public override string ToString() => new QueryBuilder()
        .AddTime("from", From)
        .AddTime("to", To)
        .AddText("windowSize", Window?.ToString().ToUpperInvariant())
        .AddText("subject", Subject)
        .AddText("groupBy", GroupBy)
        .ToString();
}

/// <summary>One row of a meter query: one window of one group.</summary>
public sealed record UsageRow(
    ExactNumber Value,
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    string? Subject,
    IReadOnlyDictionary<string, string?>? GroupBy)
{
    /// <summary>This row's value of the grouped dimension; empty when the event had none.</summary>
    public string Group(string? dimension) => dimension switch
    {
        null => "",
        "subject" => Subject ?? "",
        _ => GroupBy?.GetValueOrDefault(dimension) ?? "",
    };
}

/// <param name="Data">Ordered by window, subject and dimensions.</param>
/// <param name="Incomplete">The meter has not counted yet all that was stored before its creation.</param>
internal sealed record UsageAnswer(IReadOnlyList<UsageRow> Data, bool Incomplete = false);

internal static class QueryBuilderTypes
{
    public static QueryBuilder AddText(this QueryBuilder query, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            query.Add(name, value);
        return query;
    }

    public static QueryBuilder AddTime(this QueryBuilder query, string name, DateTimeOffset? value) =>
        query.AddText(name, value?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture));
}
