using CloudNative.Metering.Meters;
using CloudNative.Metering.Validation;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Meters;

public sealed class MeterValidatorTests
{
    private static readonly MeterDefinition Good = new()
    {
        Slug = "tokens_total",
        EventType = "prompt",
        Aggregation = "SUM",
        ValueProperty = "$.tokens",
        GroupBy = new Dictionary<string, string?> { ["model"] = "$.model", ["Type"] = "$['the type']" },
        EventFrom = "2026-01-01T01:00:00.123456789+01:00",
    };

    public static TheoryData<string, MeterDefinition, string, string> Bad { get; } = new()
    {
        { "no slug", Good with { Slug = null }, "slug", "required" },
        { "upper-case slug", Good with { Slug = "Tokens" }, "slug", "invalid" },
        { "slug with line feed", Good with { Slug = "tokens\n" }, "slug", "invalid" },
        { "long slug", Good with { Slug = new string('a', 65) }, "slug", "too_long" },
        { "empty slug", Good with { Slug = "" }, "slug", "required" },
        { "slug with two underscores", Good with { Slug = "a__b" }, "slug", "invalid" },
        { "slug with an underscore first", Good with { Slug = "_a" }, "slug", "invalid" },
        { "slug with an underscore last", Good with { Slug = "a_" }, "slug", "invalid" },
        { "slug with a hyphen", Good with { Slug = "a-b" }, "slug", "invalid" },
        { "blank event type", Good with { EventType = " " }, "eventType", "required" },
        { "NUL in event type", Good with { EventType = "a\0" }, "eventType", "invalid" },
        { "no aggregation", Good with { Aggregation = null }, "aggregation", "required" },
        { "lower-case aggregation", Good with { Aggregation = "sum" }, "aggregation", "invalid" },
        { "aggregation as number", Good with { Aggregation = "0" }, "aggregation", "invalid" },
        { "SUM of nothing", Good with { ValueProperty = null }, "valueProperty", "required" },
        { "UNIQUE_COUNT of nothing", Good with { Aggregation = "UNIQUE_COUNT", ValueProperty = null }, "valueProperty", "required" },
        { "COUNT of a value", Good with { Aggregation = "COUNT" }, "valueProperty", "forbidden" },
        { "wildcard", Good with { ValueProperty = "$.a[*]" }, "valueProperty", "invalid" },
        { "whole data", Good with { ValueProperty = "$" }, "valueProperty", "invalid" },
        { "long path", Good with { ValueProperty = "$." + new string('a', 255) }, "valueProperty", "too_long" },
        { "dimension's name", Grouped("a-b", "$.a"), "groupBy.a-b", "invalid" },
        { "reserved dimension", Grouped("subject", "$.a"), "groupBy.subject", "forbidden" },
        { "reserved dimension 2", Grouped("customer_id", "$.a"), "groupBy.customer_id", "forbidden" },
        { "dimension without path", Grouped("a", null), "groupBy.a", "required" },
        { "dimension's path", Grouped("a", "a"), "groupBy.a", "invalid" },
        { "too many dimensions", Good with { GroupBy = Enumerable.Range(0, 33).ToDictionary(i => $"d{i}", string? (_) => "$.a") }, "groupBy", "too_many" },
        { "long name", Good with { Name = new string('n', 257) }, "name", "too_long" },
        { "long description", Good with { Description = new string('n', 1025) }, "description", "too_long" },
        { "metadata null", Good with { Metadata = new Dictionary<string, string?> { ["a"] = null } }, "metadata.a", "required" },
        { "local time", Good with { EventFrom = "2026-01-01T00:00:00" }, "eventFrom", "invalid" },
    };

    [Proves("slug*, eventType*, aggregation*, valueProperty (JSONPath; required unless COUNT, forbidden for COUNT)", "^[a-z0-9]+(?:_[a-z0-9]+)*$, 1–64")]
    [Theory]
    [MemberData(nameof(Bad))]
    public void Validate_OneFault_NamesFieldAndCode(string fault, MeterDefinition definition, string field, string code)
    {
        var error = Assert.Single(Validate(definition));

        Assert.True((error.Field, error.Code) == (field, code), $"{fault}: {error}");
    }

    [Proves("^[a-z0-9]+(?:_[a-z0-9]+)*$, 1–64")]
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("a_1_b2")]
    [InlineData("a234567890_234567890_234567890_234567890_234567890_234567890_234")]
    public void Validate_SlugOfThePattern_IsGood(string slug) => Assert.Empty(Validate(Good with { Slug = slug }));

    [Theory]
    [InlineData("SUM")]
    [InlineData("AVG")]
    [InlineData("MIN")]
    [InlineData("MAX")]
    [InlineData("UNIQUE_COUNT")]
    [InlineData("LATEST")]
    public void Validate_AggregationOfAValue_IsGood(string aggregation) =>
        Assert.Empty(Validate(Good with { Aggregation = aggregation }));

    [Fact]
    public void Validate_ManyFaults_ReportsEach()
    {
        var errors = Validate(new MeterDefinition { Slug = "A", Aggregation = "SUM", EventFrom = "now" });

        Assert.Equal(["slug", "eventType", "valueProperty", "eventFrom"], errors.Select(e => e.Field));
    }

    [Fact]
    public void Validate_BadPath_TellsPosition()
    {
        var error = Assert.Single(Validate(Good with { ValueProperty = "$.a.b[*]" }));

        Assert.Contains("position 6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_GoodDefinition_GivesTheMeter()
    {
        var tenant = Ulid.NewUlid();
        var now = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

        var errors = new List<FieldError>();
        var meter = MeterValidator.Create(Good, tenant, now, errors);

        Assert.Empty(errors);
        Assert.NotNull(meter);
        Assert.Equal((tenant, "tokens_total", Aggregation.Sum, "$.tokens"), (meter.TenantId, meter.Slug, meter.Aggregation, meter.ValueProperty));
        Assert.Equal(["Type", "model"], meter.GroupBy.Keys);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, 123, 456, TimeSpan.Zero), meter.EventFrom);
        Assert.Equal((now, now, now), (meter.CreatedAt, meter.UpdatedAt, meter.Id.Time));
    }

    [Fact]
    public void Create_FieldThatCouldNotBeRead_IsNotMissedAsWell()
    {
        var errors = new List<FieldError> { new("slug", ErrorCodes.Invalid, "Must be a text.") };

        MeterValidator.Create(Good with { Slug = null, EventType = null }, Ulid.NewUlid(), DateTimeOffset.UnixEpoch, errors);

        Assert.Equal(["slug invalid", "eventType required"], errors.Select(e => $"{e.Field} {e.Code}"));
    }

    private static List<FieldError> Validate(MeterDefinition definition)
    {
        var errors = new List<FieldError>();
        MeterValidator.Create(definition, Ulid.NewUlid(), DateTimeOffset.UnixEpoch, errors);
        return errors;
    }

    private static MeterDefinition Grouped(string name, string? path) => Good with { GroupBy = new Dictionary<string, string?> { [name] = path } };
}
