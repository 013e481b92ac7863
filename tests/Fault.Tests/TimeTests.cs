using System.Globalization;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;

namespace CloudNative.Fault.Tests;

/// <summary>Event times that no clock of the system agrees with.</summary>
public abstract class TimeTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int EventsPerMoment = 150;
    private static readonly TimeSpan Skew = TimeSpan.FromHours(30);

    /// <summary>Far from now; the hours around clock changes (Berlin's two, Lord Howe's half hour); leap days; a year's end.</summary>
    private static readonly string[] Moments =
    [
        "0002-01-03T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2100-02-28T23:30:00Z", "2300-07-01T00:00:00Z", "9998-12-30T00:00:00Z",
        "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-04-04T15:00:00Z", "2024-02-29T12:00:00Z", "2000-02-29T00:00:00Z", "2026-12-31T23:00:00Z",
    ];

    [Theory]
    [InlineData("DAY", "UTC")]
    [InlineData("DAY", "Europe/Berlin")]
    [InlineData("DAY", "America/New_York")]
    [InlineData("DAY", "Australia/Lord_Howe")]
    [InlineData("MONTH", "Europe/Berlin")]
    public async Task Query_SkewedTimesOverYearsLeapDaysAndClockChanges_CountsEachEventInItsWindow(string windowSize, string zone)
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        // Before there was standard time, .NET and PostgreSQL know other offsets of a zone.
        var events = Moments.Where(moment => zone == "UTC" || Time(moment).Year > 1900).SelectMany(moment => Enumerable.Range(0, EventsPerMoment).Select(_ => Around(Time(moment)))).ToList();
        await LoadGenerator.SendSafelyAsync(tenant, events, ledger, Cancellation);

        await Checker.CheckAsync(tenant, ledger, Cancellation);
        var usage = await tenant.GetAsync($"meters/{TestTenant.Sum}/query?windowSize={windowSize}&windowTimeZone={Uri.EscapeDataString(zone)}", Cancellation);
        var length = windowSize == "DAY" ? "yyyy-MM-dd" : "yyyy-MM";
        var timeZone = TimeZoneInfo.FindSystemTimeZoneById(zone);
        Assert.Equal(
            events.GroupBy(sent => TimeZoneInfo.ConvertTime(sent.Time, timeZone).ToString(length, CultureInfo.InvariantCulture))
                .Select(window => (window.Key, window.Sum(sent => sent.Value))).Order(),
            usage.GetProperty("data").EnumerateArray()
                .Select(row => (row.GetProperty("windowStart").GetString()![..length.Length], row.GetProperty("value").GetDecimal())).Order());
    }

    private SentEvent Around(DateTimeOffset moment)
    {
        var time = moment.AddTicks((long)((Random.NextDouble() - 0.5) * 2 * Skew.Ticks));
        // Within the years that the contract knows, to the microsecond, as seen from anywhere.
        var offset = TimeSpan.FromMinutes(Random.Next(-48, 57) * 15);
        return SentEvent.New(Random) with { Time = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond)).ToOffset(offset) };
    }

    private static DateTimeOffset Time(string moment) => DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture);
}

[Collection(OnInMemoryKafka.Name)]
public sealed class TimeOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : TimeTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class TimeOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : TimeTests(system, output);
