using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Rollups;

/// <summary>A condition on the value of one dimension: a text, <c>""</c> where the event had none.</summary>
public abstract record TextFilter
{
    /// <summary>Whether the order of two texts (by their code points) is as asked.</summary>
    public sealed record Compared(TextComparison Comparison, string Value) : TextFilter
    {
        internal override string ToSql(string text, NpgsqlParameterCollection parameters) =>
            $"{text} {Operator} {Add(parameters, NpgsqlDbType.Text, Value)}";

        private string Operator => Comparison switch
        {
            TextComparison.Equal => "=",
            TextComparison.NotEqual => "<>",
            TextComparison.Greater => ">",
            TextComparison.GreaterOrEqual => ">=",
            TextComparison.Less => "<",
            TextComparison.LessOrEqual => "<=",
            _ => throw new ArgumentOutOfRangeException(nameof(Comparison), Comparison, "No such comparison."),
        };
    }

    /// <summary>One of the values, or none of them.</summary>
    public sealed record In(IReadOnlyList<string> Values, bool IsNegated = false) : TextFilter
    {
        internal override string ToSql(string text, NpgsqlParameterCollection parameters) =>
            $"{(IsNegated ? "not " : "")}({text} = any ({Add(parameters, NpgsqlDbType.Array | NpgsqlDbType.Text, Values.ToArray())}))";
    }

    /// <summary><c>%</c> stands for any characters, <c>_</c> for one; a backslash takes their meaning away.</summary>
    public sealed record Like(string Pattern, bool IgnoresCase = false, bool IsNegated = false) : TextFilter
    {
        // The database's own collation may know no letters but those of ASCII.
        internal override string ToSql(string text, NpgsqlParameterCollection parameters) =>
            $"""{text}{(IgnoresCase ? " collate \"und-x-icu\"" : "")} {(IsNegated ? "not " : "")}{(IgnoresCase ? "ilike" : "like")} {Add(parameters, NpgsqlDbType.Text, Pattern)}""";
    }

    public sealed record All(IReadOnlyList<TextFilter> Filters) : TextFilter
    {
        public override int Conditions => Filters.Sum(filter => filter.Conditions);

        internal override string ToSql(string text, NpgsqlParameterCollection parameters) => Join(" and ", Filters, text, parameters);
    }

    public sealed record Any(IReadOnlyList<TextFilter> Filters) : TextFilter
    {
        public override int Conditions => Filters.Sum(filter => filter.Conditions);

        internal override string ToSql(string text, NpgsqlParameterCollection parameters) => Join(" or ", Filters, text, parameters);
    }

    /// <summary>How many comparisons it is made of.</summary>
    public virtual int Conditions => 1;

    /// <summary>The condition on the SQL expression <paramref name="text"/>; values go into the parameters.</summary>
    internal abstract string ToSql(string text, NpgsqlParameterCollection parameters);

    private static string Join(string word, IReadOnlyList<TextFilter> filters, string text, NpgsqlParameterCollection parameters) =>
        $"({string.Join(word, filters.Select(filter => filter.ToSql(text, parameters)))})";

    private static string Add(NpgsqlParameterCollection parameters, NpgsqlDbType type, object value)
    {
        var name = $"filter_{parameters.Count}";
        parameters.Add(new NpgsqlParameter(name, type) { Value = value });
        return $"@{name}";
    }
}

/// <summary>How two texts stand to each other.</summary>
public enum TextComparison
{
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// <summary>A condition on one of a meter's dimensions.</summary>
public sealed record DimensionCondition(string Dimension, TextFilter Filter);
