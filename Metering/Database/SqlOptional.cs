using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Database;

/// <summary>A parameter that may be null and keeps its type then: <c>@x is null or column = @x</c>.</summary>
internal static class SqlOptional
{
    public static NpgsqlParameter Of(string name, NpgsqlDbType type, object? value) => new(name, type) { Value = value ?? DBNull.Value };
}
