using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CloudNative.Web.Tests.Fakes;

/// <summary>The fake API's dead letters: the same four at every run.</summary>
internal static class FakeDeadLetters
{
    private static readonly (string Id, string State, string Reason, string Detail, string Text)[] Letters =
    [
        ("01M80000000000000000000004", "open", "invalid_event", "type: Is required.", """{"specversion":"1.0","id":"4","source":"ai-gateway","subject":"acme","data":{"tokens":12.50}}"""),
        ("01M80000000000000000000003", "repaired", "store_refused", "22P05: a character with byte sequence 0x00 has no equivalent", """{"specversion":"1.0","id":"3"}"""),
        ("01M80000000000000000000002", "replayed", "invalid_event", $"data: Must be a JSON object, or null. {new string('x', 120)}", "[1, 2, 3]"),
        ("01M80000000000000000000001", "discarded", "unknown_tenant", "There is no tenant 01ARZ3NDEKTSV4RRFFQ69G5FAV.", "not even JSON"),
    ];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/dead-letters", (RequestDelegate)(context => Results.Json(new { items = List(context.Request.Query) }).ExecuteAsync(context)));
        api.MapGet("/dead-letters/{id}", (RequestDelegate)(context => Results.Json(Detail(context.GetRouteValue("id")!.ToString()!)).ExecuteAsync(context)));
    }

    private static IEnumerable<object> List(IQueryCollection query) => Letters
        .Where(letter => !query.ContainsKey("state") || letter.State == query["state"])
        .Select(letter => Item(letter.Id));

    private static object Item(string id)
    {
        var (index, letter) = Letters.Index().Single(entry => entry.Item.Id == id);
        return new
        {
            letter.Id,
            letter.State,
            letter.Reason,
            letter.Detail,
            partition = 3 + index,
            offset = 1_234_567_890L + index,
            ingestedAt = "2026-11-24T06:00:01.5Z",
            storedAt = "2026-11-24T06:00:02Z",
            bytes = letter.Text.Length,
        };
    }

    private static object Detail(string id)
    {
        var letter = Letters.Single(letter => letter.Id == id);
        return new
        {
            letter = Item(id),
            text = letter.Text,
            base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(letter.Text)),
            history = new[] { new { id = "01M90000000000000000000001", at = "2026-11-24T06:10:00Z", apiKeyId = "01M70000000000000000000001", action = "dead_letter.repaired" } },
        };
    }
}
