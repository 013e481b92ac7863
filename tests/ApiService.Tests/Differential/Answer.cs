using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudNative.Metering.Rollups;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>What came back to a question.</summary>
/// <param name="Form">How it was asked.</param>
/// <param name="IsRefused">A part of a minute can't be counted any more.</param>
/// <param name="IsIncomplete">More will come.</param>
/// <param name="Lines">As <see cref="Oracle.Line"/> writes them.</param>
internal sealed record Answer(string Form, bool IsRefused, bool IsIncomplete, IReadOnlyList<string> Lines)
{
    // Kestrel takes lines of 8 KiB.
    private const int MaxAddressLength = 8000;

    // What a spreadsheet would run.
    private const string Formulas = "=+-@\t\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>In a body, and in the address where it is not too long for that: each for JSON, and for a table.</summary>
    public static async Task<IReadOnlyList<Answer>> AskAsync(TestPlace place, TestMeter meter, Question question)
    {
        var path = $"/meters/{meter.Slug}/query";
        var (body, address) = (Body(question).ToJsonString(), Address(question));
        using var post = await place.SendAsync(HttpMethod.Post, path, Json.Content(body));
        using var postCsv = await place.SendAsync(HttpMethod.Post, path, Json.Content(body), "text/csv");
        List<Answer> answers = [await ReadAsync("POST", post, question), await ReadAsync("CSV", postCsv, question)];
        if (address.Length > MaxAddressLength)
            return answers;
        using var get = await place.SendAsync(HttpMethod.Get, path + address);
        using var getCsv = await place.SendAsync(HttpMethod.Get, path + address, accept: "text/csv");
        return [.. answers, await ReadAsync("GET", get, question), await ReadAsync("CSV", getCsv, question)];
    }

    private static async Task<Answer> ReadAsync(string form, HttpResponseMessage response, Question question)
    {
        if (response.StatusCode == HttpStatusCode.OK)
            return form == "CSV" ? OfTable(await response.Content.ReadAsStringAsync(Token), question) : OfJson(form, await response.ReadJsonAsync(Token), question);

        var problem = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest && problem.Contains("no longer", StringComparison.Ordinal), $"{form} {question}: {response.StatusCode} {problem}");
        return new Answer(form, true, false, []);
    }

    private static Answer OfJson(string form, JsonElement answer, Question question)
    {
        Assert.Equal((question.From, question.To), (Time(answer, "from"), Time(answer, "to")));
        Assert.Equal(question.WindowSize is { } size ? Name(size) : null, answer.TryGetProperty("windowSize", out var said) ? said.GetString() : null);
        return new Answer(form, false, answer.TryGetProperty("incomplete", out var incomplete) && incomplete.GetBoolean(), [.. answer.GetProperty("data").EnumerateArray().Select(row =>
        {
            var dimensions = row.GetProperty("groupBy").EnumerateObject().ToDictionary(dimension => dimension.Name, dimension => dimension.Value.GetString()!);
            Assert.Equal(question.Dimensions, dimensions.Keys.Order(StringComparer.Ordinal));
            return Oracle.Line(
                Time(row, "windowStart")!.Value, Time(row, "windowEnd")!.Value, row.Text("subject"), row.TryGetProperty("customerId", out var customer) ? customer.GetString() : null,
                question.Dimensions.Select(name => dimensions[name]), row.GetProperty("value").GetRawText());
        })]);
    }

    private static Answer OfTable(string csv, Question question)
    {
        var rows = Cells(csv);
        string[] names = [.. question.IsBySubject ? [Question.Subject] : Array.Empty<string>(), .. question.IsByCustomer ? [Question.Customer] : Array.Empty<string>(), .. question.Dimensions];
        Assert.Equal(["window_start", "window_end", .. names, "value"], rows[0]);
        return new Answer("CSV", false, false, [.. rows.Skip(1).Select(row =>
        {
            Assert.Equal(names.Length + 3, row.Count);
            var cells = new Queue<string>(row[2..^1].Select(Text));
            return Oracle.Line(
                Time(row[0]), Time(row[1]), question.IsBySubject ? cells.Dequeue() : null, question.IsByCustomer ? cells.Dequeue() : null, cells, row[^1]);
        })]);
    }

    private static string Address(Question question)
    {
        var parts = new List<(string Name, string Value)>();
        foreach (var (name, value) in Body(question))
        {
            if (name == "filterGroupBy" && !question.HasObject)
                parts.AddRange(question.Values.SelectMany(wanted => wanted.Value.Select(text => ($"filterGroupBy[{wanted.Key}]", text))));
            else if (value is JsonArray array)
                parts.AddRange(array.Select(item => (name, item!.GetValue<string>())));
            else
                parts.Add((name, value is JsonObject ? value.ToJsonString() : value!.GetValue<string>()));
        }

        return parts.Count == 0 ? "" : $"?{string.Join('&', parts.Select(part => $"{Uri.EscapeDataString(part.Name)}={Uri.EscapeDataString(part.Value)}"))}";
    }

    private static JsonObject Body(Question question)
    {
        var body = new JsonObject();
        Add("from", question.From is { } from ? TestCalendar.InZone(from, question.Zone).ToString("O", CultureInfo.InvariantCulture) : null);
        Add("to", question.To is { } to ? TestCalendar.InZone(to, question.Zone).ToString("O", CultureInfo.InvariantCulture) : null);
        Add("windowSize", question.WindowSize is { } size ? Name(size) : null);
        Add("windowTimeZone", question.Zone == "UTC" ? null : question.Zone);
        Add("subject", Texts(question.Subjects));
        Add("filterCustomerId", Texts(question.Customers));
        Add("groupBy", Texts(question.GroupBy));
        Add("filterGroupBy", question.Values.Count == 0 ? null : new JsonObject(question.Values.Select(value => KeyValuePair.Create(value.Key, (JsonNode?)Texts(value.Value)))));
        Add("advancedMeterGroupByFilters", question.Filters.Count == 0 ? null : new JsonObject(question.Filters.Select(filter => KeyValuePair.Create(filter.Key, (JsonNode?)filter.Value.ToJson()))));
        return body;

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
                body[name] = value;
        }
    }

    private static JsonArray? Texts(IReadOnlyList<string> texts) => texts.Count == 0 ? null : new JsonArray([.. texts.Select(text => (JsonNode)text)]);

    private static string Name(WindowSize size) => size.ToString().ToUpperInvariant();

    private static DateTimeOffset? Time(JsonElement element, string name) => element.TryGetProperty(name, out var time) ? Time(time.GetString()!) : null;

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(string cell)
    {
        Assert.False(cell.Length > 0 && Formulas.Contains(cell[0], StringComparison.Ordinal), $"A spreadsheet runs {cell}");
        return cell.Length > 1 && cell[0] == '\'' && Formulas.Contains(cell[1], StringComparison.Ordinal) ? cell[1..] : cell;
    }

    /// <summary>By RFC 4180.</summary>
    private static List<List<string>> Cells(string csv)
    {
        var (rows, row, cell, isQuoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            if (csv[i] == '"' && isQuoted && i + 1 < csv.Length && csv[i + 1] == '"')
                cell.Append(csv[i++]);
            else if (csv[i] == '"')
                isQuoted = !isQuoted;
            else if (isQuoted || csv[i] is not (',' or '\r' or '\n'))
                cell.Append(csv[i]);
            else if (csv[i] != '\r')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (csv[i] == '\n')
                {
                    rows.Add(row);
                    row = [];
                }
            }
        }

        Assert.True(!isQuoted && row.Count == 0 && cell.Length == 0, "The table ends within a row.");
        return rows;
    }
}
