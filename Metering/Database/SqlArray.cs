using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Database;

/// <summary>Rows as one array a column, for <c>unnest</c>: one statement and one round trip, however many rows.</summary>
internal static class SqlArray
{
    public static NpgsqlParameter Of<TRow, TValue>(string name, NpgsqlDbType type, IReadOnlyCollection<TRow> rows, Func<TRow, TValue> column) =>
        new(name, NpgsqlDbType.Array | type) { Value = rows.Select(column).ToArray() };
}
