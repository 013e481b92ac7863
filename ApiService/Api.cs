using CloudNative.ApiService.ApiKeys;
using CloudNative.ApiService.Audit;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Backlog;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Customers;
using CloudNative.ApiService.DeadLetters;
using CloudNative.ApiService.Edge;
using CloudNative.ApiService.Events;
using CloudNative.ApiService.Health;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.Ledger;
using CloudNative.ApiService.Meters;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Portal;
using CloudNative.ApiService.Problems;
using CloudNative.ApiService.RateLimits;
using CloudNative.ApiService.Subjects;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;

namespace CloudNative.ApiService;

/// <summary>The API as a whole: what it needs, its pipeline, its routes.</summary>
internal static class Api
{
    public const string BasePath = "/api/v1";

    /// <summary>Every request looks its meter up; planned each time that takes as long as all else about it. There are fewer such statements.</summary>
    private const int PreparedLookups = 32;

    private const string BasePathV2 = "/api/v2";

    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        // No session is cleared between its uses: nothing is left in one, and it would cost a part of what a short query costs.
        // Without hidden retries: half a minute of them helps no caller, who gets a 503 at once and repeats the call.
        builder.AddNpgsqlDbContext<MeteringDbContext>(
            MeteringDbContext.ConnectionName,
            settings =>
            {
                (settings.DisableRetry, settings.DisableHealthChecks) = (true, true);
                if (settings.ConnectionString is { } connection)
                    settings.ConnectionString = $"Max Auto Prepare={PreparedLookups};No Reset On Close=true;{connection}";
            },
            MeteringDbContext.UseConventions);
        builder.AddNpgsqlDataSource(MeteringDbContext.ConnectionName, database => database.ConnectionStringBuilder.NoResetOnClose = true);
        builder.AddRedisClient("redis");
        builder.AddKafkaClient("kafka");

        builder.WebHost.ConfigureKestrel(kestrel =>
            (kestrel.Limits.MaxRequestBodySize, kestrel.Limits.MaxRequestBufferSize) = (ApiLimits.MaxBodyBytes, ApiLimits.MaxUnreadBytes));
        builder.Services.AddApiKeyAuthentication();
        builder.Services.AddApiKeys();
        builder.Services.AddRateLimits();
        builder.Services.AddBodies();
        builder.Services.AddApiProblems();
        builder.Services.AddAnswerHeaders();
        builder.Services.AddCrossOrigin();
        builder.Services.AddApiJson();
        builder.Services.AddApiDocument();
        builder.Services.AddBacklog();
        builder.Services.AddEvents();
        builder.Services.AddIdempotency();
        builder.Services.AddDeadLetters();
        builder.Services.AddSingleton<KnownMeters>();
        builder.Services.AddSingleton(UsageLimits.Default);
        builder.Services.AddSingleton<RollupQuery>();
        builder.Services.AddSingleton<BackfillQuery>();
        builder.Services.AddSingleton(PreviewLimits.Default);
        builder.Services.AddSingleton<MeterPreview>();
        builder.Services.AddLedger();
        builder.Services.AddPortal();
        builder.Services.AddSystemHealth();
        return builder;
    }

    public static WebApplication UseApi(this WebApplication app)
    {
        app.UseRequestIds();
        app.UseAnswerHeaders();
        app.UseApiProblems();
        app.UsePortalOrigins();
        app.UseCrossOrigin();
        app.UseAuthentication();
        app.UseRateLimits();
        app.UseAuthorization();
        app.UseBoundedBodies();
        app.UseMiddleware<IdempotentRequests>();
        return app;
    }

    public static WebApplication MapApi(this WebApplication app)
    {
        app.MapApiDocument();
        var api = app.MapVersion(BasePath);
        api.MapApiKeys();
        api.MapAudit();
        api.MapCustomers();
        api.MapDeadLetters();
        api.MapEvents();
        api.MapLedger();
        api.MapMeters();
        api.MapPortalTokens();
        api.MapSubjects();
        api.MapSystemHealth();
        app.MapPortal();
        app.MapVersion(BasePathV2).MapEventsV2();
        return app;
    }

    private static RouteGroupBuilder MapVersion(this WebApplication app, string basePath) =>
        app.MapGroup(basePath).RequireApiKey().RefuseUnacceptable().RefuseUnknownParameters().ProducesCommonProblems();
}
