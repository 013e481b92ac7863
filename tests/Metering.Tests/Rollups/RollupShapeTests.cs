using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using Npgsql;

namespace CloudNative.Metering.Tests.Rollups;

public sealed class RollupShapeTests
{
    private static readonly RollupPiece[] Pieces = [new(0, MeteringDatabase.Noon, MeteringDatabase.Noon.AddHours(1)), new(24, MeteringDatabase.Noon, MeteringDatabase.Noon.AddDays(1))];

    /// <summary>Such queries must cost what they did before there were customers: the text is also what PostgreSQL remembers a plan for.</summary>
    [Fact]
    public void Sql_NotAskedForCustomers_KnowsNone()
    {
        var (sql, parameters) = Shape(new UsageQuery { WindowSize = WindowSize.Day, Subjects = ["acme"], GroupBySubject = true, Dimensions = ["model"] });

        Assert.DoesNotContain("customer", sql, StringComparison.Ordinal);
        Assert.Empty(parameters);
    }

    [Fact]
    public void Sql_AskedForCustomers_LooksThemUpOnceAndTakesNothingOfTheCallersIntoItsText()
    {
        var (id, other) = (Ulid.NewUlid(), Ulid.NewUlid());

        var (sql, parameters) = Shape(new UsageQuery { Customers = [id, other], GroupByCustomer = true });

        Assert.Equal((1, 1), (Count(sql, "from customer_subjects o where"), Count(sql, "from customer_subjects where")));
        Assert.Equal(["customers", "tenant"], parameters.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(id.ToString(), sql, StringComparison.OrdinalIgnoreCase);
    }

    private static (string Sql, IReadOnlyList<string> Parameters) Shape(UsageQuery query)
    {
        var meter = new Meter
        {
            Id = Ulid.NewUlid(), TenantId = Ulid.NewUlid(), Slug = "m", EventType = "t", Aggregation = Aggregation.Count,
            GroupBy = new Dictionary<string, string> { ["model"] = "$.model" }, CreatedAt = MeteringDatabase.Noon, UpdatedAt = MeteringDatabase.Noon,
        };
        using var command = new NpgsqlCommand();
        var shape = new RollupShape(meter, query, Pieces, new RangeEdges(null, null, []), command.Parameters);
        return (shape.Sql, [.. command.Parameters.Select(parameter => parameter.ParameterName)]);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
