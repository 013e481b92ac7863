using System.Net;
using CloudNative.Web.Api;
using CloudNative.Web.Charts;

namespace CloudNative.Web.Tests.Api;

public sealed class MeteringApiTests : IDisposable
{
    private static readonly DateTimeOffset From = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);
    private readonly StubApi _stub = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _stub.Dispose();

    [Fact]
    public async Task QueryMeter_AllParameters_AreEscapedAndNamedAsTheContractSays()
    {
        _stub.On("GET /api/v1/meters/tokens_total/query", """{"data":[]}""");
        var query = new UsageQuery(From, From.AddHours(1), WindowSize.Hour) { Subject = "a&b=c d", GroupBy = "model" };

        Assert.Empty((await _stub.Client().QueryMeterAsync("tokens_total", query, Cancellation)).Data);

        Assert.Equal(
            "GET /api/v1/meters/tokens_total/query?from=2026-11-24T06%3A00%3A00Z&to=2026-11-24T07%3A00%3A00Z&windowSize=HOUR&subject=a%26b%3Dc%20d&groupBy=model",
            Assert.Single(_stub.Requests));
    }

    [Theory]
    [InlineData("0.1", "0.1")]
    [InlineData("-1234567.000000000000000000001", "-1,234,567.000000000000000000001")]
    [InlineData("99999999999999999999999999999999", "99,999,999,999,999,999,999,999,999,999,999")]
    [InlineData("100", "100")]
    [InlineData("-100", "-100")]
    [InlineData("1.50", "1.50")]
    [InlineData("1e30", "1e30")]
    public async Task QueryMeter_AnyNumber_KeepsEveryDigit(string json, string shown)
    {
        _stub.On(
            "GET /api/v1/meters/m/query",
            $$$"""{"data":[{"value":{{{json}}},"windowStart":"2026-11-24T06:00:00Z","windowEnd":"2026-11-24T07:00:00Z","subject":"acme","groupBy":{"model":""}}]}""");

        var row = Assert.Single((await _stub.Client().QueryMeterAsync("m", new UsageQuery(null, null, null), Cancellation)).Data);

        Assert.Equal(json, row.Value.Text);
        Assert.Equal(shown, row.Value.ToString());
        Assert.Equal(From, row.WindowStart);
        Assert.Equal("acme", row.Group("subject"));
        Assert.Equal("", row.Group("model"));
        Assert.Equal("", row.Group(null));
    }

    [Fact]
    public async Task GetEvents_FilterAndLimit_AreSentAndTheEventIsKeptAsItWas()
    {
        _stub.On("GET /api/v1/events", """
            [{"event":{"specversion":"1.0","id":"1","source":"gw","type":"t","subject":"acme","time":"2026-11-24T06:00:00+01:00","data":{"n":1.10}},
              "ingestedAt":"2026-11-24T06:00:01Z","storedAt":"2026-11-24T06:00:02Z","validationError":"no number","meters":["m"]},
             {"event":{"id":"2","source":"gw","type":"t","subject":"acme"},"ingestedAt":"2026-11-24T06:00:01Z","storedAt":"2026-11-24T06:00:02Z","meters":[]}]
            """);

        var events = await _stub.Client().GetEventsAsync(new EventFilter("acme", null, 50), Cancellation);

        Assert.Equal("GET /api/v1/events?subject=acme&limit=50", Assert.Single(_stub.Requests));
        Assert.Equal(("1", "gw", "t", "acme"), (events[0].Id, events[0].Source, events[0].Type, events[0].Subject));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 5, 0, 0, TimeSpan.Zero), events[0].Time);
        Assert.Equal("no number", events[0].ValidationError);
        Assert.Equal("1.10", events[0].Event.GetProperty("data").GetProperty("n").GetRawText());
        Assert.Equal(events[1].IngestedAt, events[1].Time);
    }

    [Fact]
    public async Task CreateMeter_AbsentFields_AreNotSent()
    {
        _stub.On("POST /api/v1/meters", """{"id":"1","slug":"m","eventType":"t","aggregation":"COUNT","groupBy":{},"createdAt":"2026-11-24T06:00:00Z"}""", HttpStatusCode.Created);

        var meter = await _stub.Client().CreateMeterAsync(new NewMeter("m", "t", "COUNT"), Cancellation);

        Assert.Equal("""{"slug":"m","eventType":"t","aggregation":"COUNT"}""", Assert.Single(_stub.Bodies));
        Assert.Equal(("m", "events"), (meter.Title, meter.Unit));
    }

    [Fact]
    public async Task CreateMeter_Invalid_ThrowsWithTheProblemsErrors()
    {
        _stub.Problem("POST /api/v1/meters", HttpStatusCode.BadRequest, "The meter is not valid.", ("slug", "Taken."), ("groupBy.model", "No path."));

        var error = await Assert.ThrowsAsync<ApiException>(() => _stub.Client().CreateMeterAsync(new NewMeter("m", "t", "SUM"), Cancellation));

        Assert.Equal("The meter is not valid.", error.Message);
        Assert.Equal(HttpStatusCode.BadRequest, error.Status);
        Assert.Equal([("slug", "Taken."), ("groupBy.model", "No path.")], error.ValidationErrors.Select(e => (e.Field, e.Message)));
    }

    [Fact]
    public async Task DeleteMeter_NoContent_Succeeds()
    {
        _stub.On("DELETE /api/v1/meters/m", _ => new HttpResponseMessage(HttpStatusCode.NoContent));

        await _stub.Client().DeleteMeterAsync("m", Cancellation);

        Assert.Equal("DELETE /api/v1/meters/m", Assert.Single(_stub.Requests));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "Api:Key")]
    [InlineData(HttpStatusCode.Forbidden, "too little scope")]
    [InlineData(HttpStatusCode.InternalServerError, "500")]
    public async Task AnyCall_AnswerWithoutProblem_SaysWhatIsKnown(HttpStatusCode status, string part)
    {
        _stub.On("GET /api/v1/meters", "<html>", status, "text/html");

        var error = await Assert.ThrowsAsync<ApiException>(() => _stub.Client().GetMetersAsync(Cancellation));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"an":"object"}""")]
    public async Task AnyCall_UnreadableAnswer_SaysSo(string body)
    {
        _stub.On("GET /api/v1/meters", body);

        var error = await Assert.ThrowsAsync<ApiException>(() => _stub.Client().GetMetersAsync(Cancellation));

        Assert.Contains("different versions", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCall_NoConnection_SaysSo()
    {
        _stub.On("GET /api/v1/meters", _ => throw new HttpRequestException("refused"));

        var error = await Assert.ThrowsAsync<ApiException>(() => _stub.Client().GetMetersAsync(Cancellation));

        Assert.Equal("The API can't be reached.", error.Message);
        Assert.Null(error.Status);
    }

    [Fact]
    public async Task AnyCall_CancelledByTheCaller_IsCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _stub.Client().GetMetersAsync(cancelled.Token));
    }

    [Theory]
    [InlineData("$.tokens", "tokens")]
    [InlineData("$.usage.tokens", "tokens")]
    [InlineData("$['total cost']", "total cost")]
    [InlineData("$.a[0]", "0")]
    [InlineData(null, "events")]
    public void Unit_OfAValueProperty_IsItsLastName(string? path, string unit) =>
        Assert.Equal(unit, new Meter("1", "m", null, null, "t", "SUM", path, null, From).Unit);

    [Fact]
    public void Floor_AnyOffset_IsInUtc()
    {
        var time = new DateTimeOffset(2026, 11, 24, 1, 30, 59, TimeSpan.FromHours(2));

        Assert.Equal(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero), time.Floor(WindowSize.Day));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero), time.Ceiling(WindowSize.Hour));
        Assert.Equal(3, TimeWindows.Between(time, time.AddMinutes(2), WindowSize.Minute).Count);
    }
}
