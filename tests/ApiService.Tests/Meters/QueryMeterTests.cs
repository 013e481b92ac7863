using System.Net;
using System.Text.Json;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.ApiService.Tests.Meters;

/// <summary>The statements of api.md on queries, in its order.</summary>
public sealed class QueryMeterTests(TestApi api)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly string[] Events =
    [
        Event("1", "zed", "2026-03-29T00:30:00Z", """{"n":0.1,"model":"b","user":"u1"}"""),
        Event("2", "acme", "2026-03-29T00:30:30Z", """{"n":"0.2","model":"a","user":"u2"}"""),
        Event("3", "acme", "2026-03-29T21:59:59Z", """{"n":10,"model":"a","user":"u1"}"""),
        Event("4", "acme", "2026-03-29T22:00:00Z", """{"n":-1.50,"user":1}"""),
        Event("5", "zed", "2026-03-30T09:00:00Z", """{"n":"NaN","model":"c","user":null}"""),
        Event("6", "zed", "2026-03-30T09:00:00Z", "{}"),
    ];

    [Proves(
        "over numeric values and numeric strings", "exact decimals (AVG to 28 digits)", "null, missing, unparsable ignored", "every event of the type",
        "exact number of distinct non-null values (text compared)", "a missing path is no value", "value of the greatest time", "never NaN, never in a string")]
    [Theory]
    [InlineData("SUM", "$.n", "8.8")]
    [InlineData("AVG", "$.n", "2.2")]
    [InlineData("MIN", "$.n", "-1.5")]
    [InlineData("MAX", "$.n", "10")]
    [InlineData("LATEST", "$.n", "-1.5")]
    [InlineData("COUNT", null, "6")]
    [InlineData("UNIQUE_COUNT", "$.user", "3")]
    public async Task Query_EachAggregation_GivesItsExactFigure(string aggregation, string? path, string expected)
    {
        await using var tenant = await OpenAsync(aggregation, path);
        await tenant.Sink.StoreAsync(Events);

        var row = Assert.Single(await tenant.QueryAsync(""));

        Assert.Equal(expected, row.GetProperty("value").GetRawText());
    }

    [Proves("AVG to 28 digits", "JSON numbers with all their decimal digits")]
    [Fact]
    public async Task Query_MeanWithoutEnd_HasTwentyEightDigits()
    {
        await using var tenant = await OpenAsync("AVG", "$.n");
        await tenant.Sink.StoreAsync(
            [.. ((string[])["0.02", "0", "0"]).Select((n, i) => Event($"{i}", "s", "2026-03-29T00:30:00Z", $$"""{"n":{{n}}}"""))]);

        Assert.Equal("0.006666666666666666666666666667", Assert.Single(await tenant.QueryAsync("")).GetProperty("value").GetRawText());
    }

    /// <summary>"ties: the later ingested", also where it comes first into the store.</summary>
    [Proves("ties: the later ingested")]
    [Fact]
    public async Task Query_LatestOfEqualTimes_IsTheLaterIngested()
    {
        await using var tenant = await OpenAsync("LATEST", "$.n");
        await tenant.Sink.StoreAsync(SinkStandIn.Noon.AddMinutes(1), Bytes(Event("1", "s", "2026-03-29T00:30:00Z", """{"n":1}""")));
        await tenant.Sink.StoreAsync(SinkStandIn.Noon, Bytes(Event("2", "s", "2026-03-29T00:30:00Z", """{"n":2}""")));
        await tenant.Sink.StoreAsync(SinkStandIn.Noon, Bytes(Event("3", "s", "2026-03-29T00:29:59Z", """{"n":3}""")));

        Assert.Equal(1, Assert.Single(await tenant.QueryAsync("")).GetProperty("value").GetInt32());
        Assert.Equal(3, Assert.Single(await tenant.QueryAsync("?to=2026-03-29T00:30:00Z")).GetProperty("value").GetInt32());
    }

    [Proves("from (inclusive), to (exclusive)", "Answer {from?, to?, windowSize?, data: [{value, windowStart, windowEnd, subject")]
    [Fact]
    public async Task Query_Range_IsHalfOpenAndAnsweredAsAsked()
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Events);

        var answer = await tenant.AskAsync("?from=2026-03-29T00:30:30Z&to=2026-03-30T00:00:00%2B02:00&windowSize=HOUR");

        Assert.Equal(["from", "to", "windowSize", "data"], answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("2026-03-29T00:30:30Z", "2026-03-29T22:00:00Z", "HOUR"), (answer.Text("from"), answer.Text("to"), answer.Text("windowSize")));
        var rows = answer.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal([1, 1], rows.Select(row => row.GetProperty("value").GetInt32()));
        Assert.All(rows, row => Assert.Equal(["groupBy", "subject", "value", "windowEnd", "windowStart"], row.EnumerateObject().Select(field => field.Name).Order()));
    }

    [Proves("windowSize MINUTE HOUR DAY WEEK MONTH")]
    [Theory]
    [InlineData("MINUTE", "29T00:30 29T21:59 29T22:00 30T09:00", 1)]
    [InlineData("HOUR", "29T00:00 29T21:00 29T22:00 30T09:00", 60)]
    public async Task Query_ShortWindow_IsThatLong(string window, string starts, int minutes)
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Events);

        var rows = await tenant.QueryAsync($"?windowSize={window}");

        Assert.Equal(starts.Split(' '), rows.Select(row => row.Text("windowStart")![8..16]));
        Assert.All(rows, row => Assert.Equal(
            TimeSpan.FromMinutes(minutes), row.GetProperty("windowEnd").GetDateTimeOffset() - row.GetProperty("windowStart").GetDateTimeOffset()));
    }

    [Proves("ordered by windowStart, then subject, then dimensions", "A missing dimension is \"\"", "Windows without events give no row", "default UTC")]
    [Fact]
    public async Task Query_WindowsAndGroups_AreOrderedAndOnlyThoseWithEvents()
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Events);

        var rows = await tenant.QueryAsync("?windowSize=DAY&groupBy=model&groupBy=subject");

        Assert.Equal(
            ["29 acme  1", "29 acme a 2", "29 zed b 1", "30 zed  1", "30 zed c 1"],
            rows.Select(row =>
                $"{row.GetProperty("windowStart").GetDateTimeOffset().Day} {row.Text("subject")} {row.GetProperty("groupBy").Text("model")} {row.GetProperty("value")}"));
    }

    [Proves("subject as a filter also groups by it", "repeated (subject=a&subject=b)", "Without windowSize: one row a group")]
    [Fact]
    public async Task Query_SubjectFilter_GroupsByIt()
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Events);

        Assert.Equal(["acme 3", "zed 3"], (await tenant.QueryAsync("?subject=zed&subject=acme&subject=none")).Select(row => $"{row.Text("subject")} {row.GetProperty("value")}"));
        Assert.Equal(JsonValueKind.Null, Assert.Single(await tenant.QueryAsync("")).GetProperty("subject").ValueKind);
    }

    [Proves(
        "windowStart = from or the minute of the first event", "windowEnd = to or the minute after the last",
        "except windows of a non-UTC query, which carry the zone's offset")]
    [Theory]
    [InlineData("", "2026-03-29T00:30:00Z", "2026-03-30T09:01:00Z")]
    [InlineData("?from=2026-03-29T00:00:00.5Z", "2026-03-29T00:00:00.5Z", "2026-03-30T09:01:00Z")]
    [InlineData("?to=2026-03-29T12:00:00Z", "2026-03-29T00:30:00Z", "2026-03-29T12:00:00Z")]
    [InlineData("?windowTimeZone=Asia/Kathmandu", "2026-03-29T06:15:00+05:45", "2026-03-30T14:46:00+05:45")]
    public async Task Query_WithoutWindow_IsOneRowOfTheRangeOrTheEvents(string query, string start, string end)
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Events);

        var row = Assert.Single(await tenant.QueryAsync(query));

        Assert.Equal((start, end), (row.Text("windowStart"), row.Text("windowEnd")));
    }

    [Proves("COUNT and UNIQUE_COUNT give one row of 0, the others no row")]
    [Theory]
    [InlineData("COUNT", null, 1)]
    [InlineData("UNIQUE_COUNT", "$.n", 1)]
    [InlineData("SUM", "$.n", 0)]
    [InlineData("AVG", "$.n", 0)]
    [InlineData("MIN", "$.n", 0)]
    [InlineData("MAX", "$.n", 0)]
    [InlineData("LATEST", "$.n", 0)]
    public async Task Query_NoEvents_IsZeroOnlyForCounts(string aggregation, string? path, int rows)
    {
        await using var tenant = await OpenAsync(aggregation, path);

        var answer = await tenant.QueryAsync("");

        Assert.Equal(rows, answer.Count);
        Assert.All(answer, row => Assert.Equal("0", row.GetProperty("value").GetRawText()));
        Assert.Empty(await tenant.QueryAsync("?windowSize=DAY"));
        Assert.Empty(await tenant.QueryAsync("?groupBy=model"));
    }

    [Proves("DAY, WEEK (ISO, Monday) and MONTH are calendar units in the zone", "windows are not clamped to from/to", "windowTimeZone (IANA")]
    [Theory]
    [InlineData("DAY", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")]
    [InlineData("WEEK", "2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00")]
    [InlineData("MONTH", "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00")]
    public async Task Query_CalendarUnit_IsWholeInItsZone(string window, string start, string end)
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Events);

        var row = Assert.Single(await tenant.QueryAsync($"?windowSize={window}&windowTimeZone=Europe/Berlin&from=2026-03-29T00:10:00Z&to=2026-03-29T22:00:00Z"));

        Assert.Equal((start, end, 3), (row.Text("windowStart"), row.Text("windowEnd"), row.GetProperty("value").GetInt32()));
    }

    [Proves("23- and 25-hour days exist")]
    [Theory]
    [InlineData("2026-03-29", 23)]
    [InlineData("2026-03-30", 24)]
    [InlineData("2026-10-25", 25)]
    public async Task Query_DayOnWhichTheClockChanges_HasItsHours(string day, int hours)
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Event("1", "s", $"{day}T12:00:00Z", "{}"));

        var row = Assert.Single(await tenant.QueryAsync("?windowSize=DAY&windowTimeZone=Europe/Berlin"));

        Assert.StartsWith($"{day}T00:00:00+", row.Text("windowStart"), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(hours), row.GetProperty("windowEnd").GetDateTimeOffset() - row.GetProperty("windowStart").GetDateTimeOffset());
    }

    [Proves("Never spliced into SQL")]
    [Theory]
    [InlineData("n') or true; drop table meters; --")]
    [InlineData("' || (select 7) || '")]
    [InlineData("@tenant $1 {0} \\")]
    public async Task Query_PathsThatWouldBeSql_AreNamesOfFields(string name)
    {
        await using var tenant = await TenantWithSink.OpenAsync(api, (client, sink) => new Tenant(client, sink));
        var path = $"$[\"{name.Replace("\\", "\\\\", StringComparison.Ordinal)}\"]";
        using var created = await tenant.Client.PostAsync(
            new Uri("/api/v1/meters", UriKind.Relative), Json.Content(JsonSerializer.Serialize(new
            {
                slug = "m", eventType = "t", aggregation = "SUM", valueProperty = $"{path}.n", groupBy = new { model = $"{path}.model" },
            })), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var data = JsonSerializer.Serialize(new Dictionary<string, object> { [name] = new { n = 2.5, model = name } });
        await tenant.Sink.StoreAsync(Event("1", "s", "2026-03-29T00:30:30Z", data), Event("2", "s", "2026-03-29T00:30:30Z", """{"n":7,"model":"x"}"""));

        // Once of the rollups, and once of the events themselves.
        foreach (var range in (string[])["", "&from=2026-03-29T00:30:29.5Z&to=2026-03-29T00:30:30.5Z"])
        {
            var row = Assert.Single(await tenant.QueryAsync($"?groupBy=model&filterGroupBy[model]={Uri.EscapeDataString(name)}{range}"));
            Assert.Equal(("2.5", name), (row.GetProperty("value").GetRawText(), row.GetProperty("groupBy").Text("model")));
        }
    }

    [Proves(
        "filterGroupBy[path]=/x, or a JSON object as the value of filterGroupBy",
        "advancedMeterGroupByFilters (JSON: dimension → $eq $ne $in $nin $like $nlike $ilike $nilike $gt $gte $lt $lte $and $or)")]
    [Theory]
    [InlineData("?filterGroupBy[model]=a", 2)]
    [InlineData("?filterGroupBy[model]=a&filterGroupBy[model]=b", 3)]
    [InlineData("?filterGroupBy[model]=", 2)]
    [InlineData("""?filterGroupBy={"model":["a","c"]}""", 3)]
    [InlineData("""?filterGroupBy={"model":"a"}&advancedMeterGroupByFilters={"model":{"$ne":"a"}}""", 0)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$eq":"a"}}""", 2)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$ne":"a"}}""", 4)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$in":["a","b"]}}""", 3)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$nin":["a","b"]}}""", 3)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$like":"_"}}""", 4)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$nlike":"_"}}""", 2)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$like":"A%25"}}""", 0)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$ilike":"A%25"}}""", 2)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$nilike":"A%25"}}""", 4)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$like":"\\_"}}""", 0)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$gt":"a"}}""", 2)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$gte":"a"}}""", 4)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$lt":"b"}}""", 4)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$lte":"b"}}""", 5)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$gt":"a","$lt":"c"}}""", 1)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$or":[{"$eq":"a"},{"$and":[{"$gt":"b"},{"$lte":"c"}]}]}}""", 3)]
    [InlineData("""?advancedMeterGroupByFilters={"model":{"$eq":"x' or '1'='1"}}""", 0)]
    public async Task Query_Filter_CountsWhatMeetsIt(string query, int expected)
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Events);

        Assert.Equal(expected, Assert.Single(await tenant.QueryAsync(query)).GetProperty("value").GetInt32());

        // The same at the ends of a range that cuts a minute, which are counted from the events.
        var edges = await tenant.QueryAsync($"{query}&from=2026-03-29T00:29:59.5Z&to=2026-03-30T09:00:00.5Z");
        Assert.Equal(expected, Assert.Single(edges).GetProperty("value").GetInt32());
    }

    [Proves("one that can't be read → 400")]
    [Theory]
    [InlineData("""{"model":{}}""", "advancedMeterGroupByFilters.model")]
    [InlineData("""{"model":null}""", "advancedMeterGroupByFilters.model")]
    [InlineData("""{"model":"a"}""", "advancedMeterGroupByFilters.model")]
    [InlineData("""{"model":{"$in":[]}}""", "advancedMeterGroupByFilters.model.$in")]
    [InlineData("""{"model":{"$in":["a",null]}}""", "advancedMeterGroupByFilters.model.$in")]
    [InlineData("""{"model":{"$like":"a\\"}}""", "advancedMeterGroupByFilters.model.$like")]
    [InlineData("""{"model":{"$or":[]}}""", "advancedMeterGroupByFilters.model.$or")]
    [InlineData("""{"model":{"$or":[{"$eq":"a"},{}]}}""", "advancedMeterGroupByFilters.model.$or[1]")]
    [InlineData("""{"model":{"$eq":"a","$eq":"b"}}""", "advancedMeterGroupByFilters.model.$eq")]
    [InlineData("""{"model":{"$eq":null,"$ne":"x"}}""", "advancedMeterGroupByFilters.model.$eq")]
    [InlineData("""{"model":{"$or":[{"$eq":"a"},{"$in":null}]}}""", "advancedMeterGroupByFilters.model.$or[1].$in")]
    [InlineData("""{"model":{"$or":[{"$eq":"a"},{"$in":["\u0000"]}]}}""", "advancedMeterGroupByFilters.model.$or[1]")]
    [InlineData("""{"colour":{"$eq":"a"}}""", "advancedMeterGroupByFilters[colour]")]
    public async Task Query_FilterThatCannotBeRead_IsRefused(string filter, string field)
    {
        await using var tenant = await OpenAsync("COUNT", null);

        foreach (var send in (Func<Task<HttpResponseMessage>>[])
            [() => tenant.GetAsync($"?advancedMeterGroupByFilters={Uri.EscapeDataString(filter)}"), () => tenant.PostAsync($$$"""{"advancedMeterGroupByFilters":{{{filter}}}}""")])
        {
            using var response = await send();
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            var error = Assert.Single((await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray());
            Assert.Equal(field, error.Text("field"));
        }
    }

    /// <summary>"GET|POST": the body has the same fields.</summary>
    [Proves("GET|POST /meters/{idOrSlug}/query")]
    [Fact]
    public async Task Query_ByPost_AnswersAsTheGet()
    {
        await using var tenant = await OpenAsync("SUM", "$.n");
        await tenant.Sink.StoreAsync(Events);
        var get = await tenant.AskAsync(
            "?from=2026-03-29T00:00:00Z&to=2026-03-31T00:00:00Z&windowSize=DAY&windowTimeZone=Europe/Berlin&subject=acme&subject=zed&groupBy=model&filterGroupBy[model]=a"
            + """&advancedMeterGroupByFilters={"model":{"$ne":"b"}}&clientId=portal""");

        using var post = await tenant.PostAsync("""
            {"from": "2026-03-29T00:00:00Z", "to": "2026-03-31T00:00:00Z", "windowSize": "DAY", "windowTimeZone": "Europe/Berlin", "subject": ["acme", "zed"],
             "groupBy": ["model"], "filterGroupBy": {"model": ["a"]}, "advancedMeterGroupByFilters": {"model": {"$ne": "b"}}, "clientId": "portal"}
            """);

        Assert.Equal(get.GetRawText(), (await post.ReadJsonAsync(Token)).GetRawText());
        Assert.Equal("10.2", Assert.Single(get.GetProperty("data").EnumerateArray()).GetProperty("value").GetRawText());
    }

    [Proves("window_start,window_end[,subject][,customer_id][,dimensions…],value, exact decimals, Content-Disposition with the slug")]
    [Fact]
    public async Task Query_AsCsv_IsATableNamedAfterTheMeter()
    {
        await using var tenant = await OpenAsync("SUM", "$.n");
        await tenant.Sink.StoreAsync([.. Events, Event("7", "a,\"b\"", "2026-03-29T00:30:00Z", """{"n":1234567890123456789.123456789,"model":"é;x"}""")]);

        var (response, text) = await tenant.CsvAsync("?windowSize=DAY&windowTimeZone=Europe/Berlin&groupBy=subject&groupBy=model", "text/csv");
        var (_, whole) = await tenant.CsvAsync("", "text/csv");

        Assert.Equal("text/csv", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment; filename=m.csv", response.Content.Headers.ContentDisposition?.ToString());
        Assert.Equal(
            [
                "window_start,window_end,subject,model,value",
                "2026-03-29T00:00:00+01:00,2026-03-30T00:00:00+02:00,\"a,\"\"b\"\"\",é;x,1234567890123456789.123456789",
                "2026-03-29T00:00:00+01:00,2026-03-30T00:00:00+02:00,acme,a,10.2",
                "2026-03-29T00:00:00+01:00,2026-03-30T00:00:00+02:00,zed,b,0.1",
                "2026-03-30T00:00:00+02:00,2026-03-31T00:00:00+02:00,acme,,-1.5",
                "",
            ], text.Split("\r\n"));
        Assert.Equal(["window_start,window_end,value", "2026-03-29T00:30:00Z,2026-03-29T22:01:00Z,1234567890123456797.923456789", ""], whole.Split("\r\n"));
    }

    [Theory]
    [InlineData("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("'t Hart", "'t Hart")]
    public async Task Query_AsCsv_NoTextRunsAsAFormulaAndNumbersStayNumbers(string text, string cell)
    {
        await using var tenant = await OpenAsync("SUM", "$.n");
        await tenant.Sink.StoreAsync(Event("1", text, "2026-03-29T00:30:00Z", JsonSerializer.Serialize(new { n = -2, model = text })));

        var (_, table) = await tenant.CsvAsync("?groupBy=subject&groupBy=model", "text/csv");

        Assert.Equal($"2026-03-29T00:30:00Z,2026-03-29T00:31:00Z,{cell},{cell},-2", table.Split("\r\n")[1]);
    }

    [Theory]
    [InlineData("text/csv", "text/csv")]
    [InlineData("text/csv, */*", "text/csv")]
    [InlineData("text/*;q=0.5", "text/csv")]
    [InlineData("application/json;q=0.5, text/csv", "text/csv")]
    [InlineData("text/csv;q=0.5, application/json", "application/json")]
    [InlineData("text/csv, application/json", "application/json")]
    [InlineData("text/csv;q=0, */*", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("nonsense", "application/json")]
    public async Task Query_Accept_ChoosesTheType(string accept, string type)
    {
        await using var tenant = await OpenAsync("COUNT", null);

        var (response, _) = await tenant.CsvAsync("", accept);

        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["Accept"], response.Headers.Vary);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/csv")]
    public async Task Query_AnswerThatIsKnown_Is304UntilItChanges(string accept)
    {
        await using var tenant = await OpenAsync("COUNT", null);
        await tenant.Sink.StoreAsync(Events);
        using var first = await tenant.SendAsync("?windowSize=DAY", accept);
        var tag = first.Headers.ETag!.ToString();

        using var same = await tenant.SendAsync("?windowSize=DAY", accept, $"W/{tag}, \"other\"");
        using var otherType = await tenant.SendAsync("?windowSize=DAY", accept == "text/csv" ? "application/json" : "text/csv", tag);
        await tenant.Sink.StoreAsync(Event("new", "acme", "2026-03-29T00:30:00Z", "{}"));
        using var changed = await tenant.SendAsync("?windowSize=DAY", accept, tag);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotModified, HttpStatusCode.OK, HttpStatusCode.OK], [first.StatusCode, same.StatusCode, otherType.StatusCode, changed.StatusCode]);
        Assert.Equal(tag, same.Headers.ETag?.ToString());
        Assert.Empty(await same.Content.ReadAsByteArrayAsync(Token));
        Assert.NotEqual(tag, changed.Headers.ETag?.ToString());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/csv")]
    public async Task Query_LongAnswer_ComesWholeAndIsKnownAgain(string accept)
    {
        await using var tenant = await OpenAsync("COUNT", null);
        var models = "abc".Select(letter => new string(letter, 50_000)).ToList();
        await tenant.Sink.StoreAsync([.. models.Select((model, i) => Event($"{i}", "acme", "2026-03-29T00:30:00Z", JsonSerializer.Serialize(new { model })))]);

        using var first = await tenant.SendAsync("?groupBy=model", accept);
        using var same = await tenant.SendAsync("?groupBy=model", accept, first.Headers.ETag!.ToString());

        var text = await first.Content.ReadAsStringAsync(Token);
        Assert.All(models, model => Assert.Contains(model, text, StringComparison.Ordinal));
        Assert.Equal(text.Length, first.Content.Headers.ContentLength);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Proves("from, to (default: all time)", "distinct values, sorted")]
    [Theory]
    [InlineData("SUM", "$.n", "subjects", "acme,zed")]
    [InlineData("UNIQUE_COUNT", "$.user", "subjects?from=2026-03-29T22:00:00Z", "acme")]
    [InlineData("SUM", "$.n", "group-by/model/values", ",a,b")]
    [InlineData("COUNT", null, "group-by/model/values", ",a,b,c")]
    [InlineData("LATEST", "$.n", "group-by/model/values?from=2026-03-29T00:30:00Z&to=2026-03-29T00:30:00.5Z", "b")]
    public async Task List_DistinctValues_AreSorted(string aggregation, string? path, string address, string values)
    {
        await using var tenant = await OpenAsync(aggregation, path);
        await tenant.Sink.StoreAsync(Events);

        using var response = await tenant.Client.GetAsync(new Uri($"/api/v1/meters/m/{address}", UriKind.Relative), Token);

        Assert.Equal(values, string.Join(',', (await response.ReadJsonAsync(Token)).EnumerateArray().Select(value => value.GetString())));
    }

    [Fact]
    public async Task Query_RangeThatCutsAMinuteWhoseEventsAreGone_IsRefusedAndAsksForWholeMinutes()
    {
        await using var tenant = await OpenAsync("COUNT", null);
        var subject = Ulid.NewUlid().ToString();
        await tenant.Sink.StoreAsync(Event("1", subject, "2026-03-01T10:00:10Z", "{}"));
        // As when its segment is dropped: a real one can't be dropped under the tests beside this one.
        await using var database = NpgsqlDataSource.Create(api.Database);
        await using var drop = database.CreateCommand($"""
            update dropped_events set latest_time = greatest(latest_time, '2026-03-01T10:00:10Z');
            delete from usage_events where subject = '{subject}';
            """);
        await drop.ExecuteNonQueryAsync(Token);

        using var refused = await tenant.GetAsync("?from=2026-03-01T10:00:00Z&to=2026-03-01T10:00:30Z");
        using var subjects = await tenant.Client.GetAsync(new Uri("/api/v1/meters/m/subjects?from=2026-03-01T10:00:05Z", UriKind.Relative), Token);

        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], [refused.StatusCode, subjects.StatusCode]);
        Assert.Contains("whole minutes", (await refused.ReadJsonAsync(Token)).Text("detail"), StringComparison.Ordinal);
        Assert.StartsWith("from: ", (await subjects.ReadJsonAsync(Token)).Text("detail"), StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(await tenant.QueryAsync("?from=2026-03-01T10:00:00Z&to=2026-03-01T10:01:00Z")).GetProperty("value").GetInt32());
    }

    private async Task<Tenant> OpenAsync(string aggregation, string? path)
    {
        var tenant = await TenantWithSink.OpenAsync(api, (client, sink) => new Tenant(client, sink));
        var value = path is null ? "" : $", \"valueProperty\": \"{path}\"";
        using var created = await tenant.Client.PostAsync(
            new Uri("/api/v1/meters", UriKind.Relative),
            Json.Content($$$"""{"slug": "m", "eventType": "t", "aggregation": "{{{aggregation}}}"{{{value}}}, "groupBy": {"model": "$.model"}}"""), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return tenant;
    }

    private static string Event(string id, string subject, string time, string data) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["specversion"] = "1.0", ["id"] = id, ["source"] = "/a", ["type"] = "t", ["subject"] = subject, ["time"] = time,
        ["data"] = JsonDocument.Parse(data).RootElement,
    });

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private sealed record Tenant(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink)
    {
        private static readonly Uri Query = new("/api/v1/meters/m/query", UriKind.Relative);

        public Task<HttpResponseMessage> GetAsync(string query) => Client.GetAsync(new Uri($"{Query}{query}", UriKind.Relative), Token);

        public Task<HttpResponseMessage> PostAsync(string body) => Client.PostAsync(Query, Json.Content(body), Token);

        public async Task<JsonElement> AskAsync(string query)
        {
            using var response = await GetAsync(query);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await response.ReadJsonAsync(Token);
        }

        public async Task<IReadOnlyList<JsonElement>> QueryAsync(string query) => [.. (await AskAsync(query)).GetProperty("data").EnumerateArray()];

        public async Task<HttpResponseMessage> SendAsync(string query, string accept, string? known = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{Query}{query}", UriKind.Relative));
            request.Headers.TryAddWithoutValidation("Accept", accept);
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
            return await Client.SendAsync(request, Token);
        }

        public async Task<(HttpResponseMessage Response, string Text)> CsvAsync(string query, string accept)
        {
            var response = await SendAsync(query, accept);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return (response, await response.Content.ReadAsStringAsync(Token));
        }
    }
}
