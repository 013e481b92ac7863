using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Web.Tests.Fakes;

/// <summary>The API's contract over an in-memory list, on a real port: what the browser tests run Web against.</summary>
internal sealed partial class FakeApi : IAsyncDisposable
{
    public const string Key = "fake-key";

    private readonly Lock _lock = new();
    private readonly List<JsonObject> _meters =
    [
        Meter("tokens_total", "Tokens", "SUM", "$.tokens", "Tokens of prompts and completions.", ("model", "$.model"), ("type", "$.type")),
        Meter("requests_total", "Requests", "COUNT", null, null, ("model", "$.model")),
        Meter("cost_usd", "Cost in USD", "SUM", "$.cost", "What the models' makers charge.", ("model", "$.model")),
    ];

    private readonly List<FakeEvent> _events;
    private readonly WebApplication _app;

    private FakeApi()
    {
        _events = FakeUsage.Week(TimeProvider.System.GetUtcNow());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        _app = builder.Build();
        _app.Use(GuardAsync);
        Map(_app.MapGroup("/api/v1"));
    }

    public string Url => _app.Urls.Single();

    /// <summary>While true every call is answered as by an API whose database is away.</summary>
    public bool Down { get; set; }

    public static async Task<FakeApi> StartAsync(CancellationToken cancellationToken)
    {
        var api = new FakeApi();
        await api._app.StartAsync(cancellationToken);
        return api;
    }

    public void Post(JsonObject cloudEvent)
    {
        var now = TimeProvider.System.GetUtcNow();
        lock (_lock)
            _events.Add(new FakeEvent(cloudEvent, now, now));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static JsonObject Meter(
        string slug, string? name, string aggregation, string? value, string? description, params (string Name, string Path)[] groupBy) => new()
        {
            ["id"] = $"01K{slug.ToUpperInvariant()}",
            ["slug"] = slug,
            ["name"] = name,
            ["description"] = description,
            ["eventType"] = FakeUsage.EventType,
            ["aggregation"] = aggregation,
            ["valueProperty"] = value,
            ["groupBy"] = new JsonObject(groupBy.Select(group => KeyValuePair.Create(group.Name, (JsonNode?)group.Path))),
            ["createdAt"] = "2026-11-01T08:00:00Z",
            ["updatedAt"] = "2026-11-01T08:00:00Z",
        };

    private Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (Down)
            return Problem(503, "Database away", "PostgreSQL does not answer.").ExecuteAsync(context);
        return context.Request.Headers.Authorization == $"Bearer {Key}"
            ? next(context)
            : Problem(401, "Unauthorized", "No valid API key.").ExecuteAsync(context);
    }

    private void Map(RouteGroupBuilder api)
    {
        api.MapGet("/system/health", (RequestDelegate)HealthAsync);
        api.MapGet("/meters", Locked(_ => Results.Json(_meters)));
        api.MapPost("/meters", (RequestDelegate)CreateAsync);
        api.MapGet("/meters/{slug}", Locked(context => WithMeter(context, meter => Results.Json(meter))));
        api.MapDelete("/meters/{slug}", Locked(context => WithMeter(context, meter => Results.StatusCode(_meters.Remove(meter) ? 204 : 404))));
        api.MapGet("/meters/{slug}/subjects", Locked(context => WithMeter(context, _ =>
            Results.Json(_events.Select(item => item.Subject).Distinct().Order()))));
        api.MapGet("/meters/{slug}/query", Locked(context => WithMeter(context, meter => FakeQuery.Answer(meter, _events, context.Request.Query))));
        api.MapGet("/meters/{slug}/backfill", Locked(context => WithMeter(context, _ =>
            Results.Json(new { state = "RUNNING", counted = 812_345, scanned = 1_240_000, total = 3_000_000, refused = 0, droppedSegments = 0 }))));
        api.MapGet("/events", Locked(ListEvents));
        api.MapPost("/events", (RequestDelegate)IngestAsync);
        FakeDeadLetters.Map(api);
        FakeApiKeys.Map(api);
        api.MapGet("/ledger", Locked(context => FakeQuery.Ledger(_events, context.Request.Query)));
    }

    private RequestDelegate Locked(Func<HttpContext, IResult> answer) => context =>
    {
        IResult result;
        lock (_lock)
            result = answer(context);
        return result.ExecuteAsync(context);
    };

    private IResult WithMeter(HttpContext context, Func<JsonObject, IResult> answer)
    {
        var slug = context.GetRouteValue("slug")!.ToString();
        var meter = _meters.Find(meter => meter["slug"]!.GetValue<string>() == slug);
        return meter is null ? Problem(404, "Not found", $"There is no meter {slug}.") : answer(meter);
    }

    private static Task HealthAsync(HttpContext context)
    {
        var parts = new[] { ("api", 0.1), ("ingest", 4.2), ("postgres", 1.3), ("redis", 0.6), ("kafka", 2.8), ("ledger", 1.1), ("backfills", 0.9) };
        return Results.Json(new
        {
            status = "Healthy",
            checkedAt = TimeProvider.System.GetUtcNow(),
            components = parts.Select(part => new { name = part.Item1, status = "Healthy", durationMs = part.Item2 }),
        }).ExecuteAsync(context);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var body = (await context.Request.ReadFromJsonAsync<JsonObject>(context.RequestAborted))!;
        var slug = body["slug"]!.GetValue<string>();
        var errors = new List<(string Field, string Message)>();
        if (!Slug().IsMatch(slug))
            errors.Add(("slug", "Use a-z, 0-9 and single underscores between them."));
        if (body["eventType"]!.GetValue<string>().Length == 0)
            errors.Add(("eventType", "An event type is required."));
        if (body["aggregation"]!.GetValue<string>() == "SUM" && body["valueProperty"] is null)
            errors.Add(("valueProperty", "SUM needs a value property."));
        foreach (var (name, path) in body["groupBy"] as JsonObject ?? [])
        {
            if (!path!.GetValue<string>().StartsWith('$'))
                errors.Add(($"groupBy.{name}", "A JSONPath begins with $."));
        }
        if (errors.Count > 0)
        {
            await Problem(400, "Validation failed", "The meter is not valid.", errors).ExecuteAsync(context);
            return;
        }
        body["id"] = $"01K{slug.ToUpperInvariant()}";
        body["createdAt"] = TimeProvider.System.GetUtcNow().ToString("O");
        body["updatedAt"] = TimeProvider.System.GetUtcNow().ToString("O");
        lock (_lock)
            _meters.Add(body);
        await Results.Json(body, statusCode: 201).ExecuteAsync(context);
    }

    private async Task IngestAsync(HttpContext context)
    {
        var cloudEvent = (await context.Request.ReadFromJsonAsync<JsonObject>(context.RequestAborted))!;
        var empty = new[] { "type", "subject" }.Where(name => cloudEvent[name]!.GetValue<string>().Length == 0).ToList();
        if (empty.Count == 0)
            Post(cloudEvent);
        await (empty.Count == 0
            ? Results.NoContent()
            : Problem(400, "Validation failed", "The event is not valid.", [.. empty.Select(name => (name, $"A {name} is required."))])).ExecuteAsync(context);
    }

    private IResult ListEvents(HttpContext context)
    {
        var query = context.Request.Query;
        var found = _events
            .Where(item => !query.ContainsKey("subject") || item.Subject == query["subject"])
            .Where(item => !query.ContainsKey("type") || item.Type == query["type"])
            .OrderByDescending(item => item.Time)
            .Take(int.Parse(query["limit"]!, System.Globalization.CultureInfo.InvariantCulture));
        return Results.Json(found.Select(item => new
        {
            @event = item.Event,
            ingestedAt = item.IngestedAt,
            storedAt = item.IngestedAt.AddMilliseconds(38),
            meters = _meters.Where(meter => meter["eventType"]!.GetValue<string>() == item.Type).Select(meter => meter["slug"]!.GetValue<string>()),
        }));
    }

    private static IResult Problem(int status, string title, string detail, IReadOnlyList<(string Field, string Message)>? errors = null) => Results.Json(
        new
        {
            type = "about:blank",
            title,
            status,
            detail,
            extensions = new { validationErrors = errors?.Select(error => new { field = error.Field, code = "invalid", message = error.Message }) },
        },
        statusCode: status,
        contentType: "application/problem+json");

    [GeneratedRegex("^[a-z0-9]+(?:_[a-z0-9]+)*$")]
    private static partial Regex Slug();
}
