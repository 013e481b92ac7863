using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CloudNative.Web.Tests.Fakes;

/// <summary>The fake API's keys: the same four at every run; what is made of them is answered and forgotten.</summary>
internal static class FakeApiKeys
{
    public const string Secret = "cnm_K3bZ0fQ9tYxW7vN2mJ5hR8sD1gL4pC6aE0uT3iO9";

    private static readonly object[] Keys =
    [
        Key("01M8A0000000000000000000004", "billing", "cnm_K3bZ", "active", ["meters:read", "usage:read"], expiresAt: "2027-02-22T06:00:00Z", lastUsedAt: "2026-11-24T06:29:50Z"),
        Key("01M8A0000000000000000000003", "gateway of the European region, blue deployment", "cnm_p0Qx", "active", ["events:write"], lastUsedAt: "2026-11-24T06:30:00Z"),
        Key("01M8A0000000000000000000002", "an intern's laptop", "cnm_77aB", "revoked", ["*"]),
        Key("01M8A0000000000000000000001", "billing", "cnm_9dEf", "expired", ["meters:read", "usage:read"], expiresAt: "2026-11-20T06:00:00Z", lastUsedAt: "2026-11-19T23:11:00Z"),
    ];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/api-keys", (RequestDelegate)(context => Results.Json(new { items = Keys }).ExecuteAsync(context)));
        api.MapPost("/api-keys", (RequestDelegate)(context => Results.Json(new { secret = Secret, apiKey = Keys[0] }, statusCode: 201).ExecuteAsync(context)));
        api.MapPost("/api-keys/{id}/rotate", (RequestDelegate)(context => Results.Json(new { secret = Secret, apiKey = Keys[0] }, statusCode: 201).ExecuteAsync(context)));
        api.MapDelete("/api-keys/{id}", (RequestDelegate)(context => Results.StatusCode(204).ExecuteAsync(context)));
    }

    private static object Key(
        string id, string name, string prefix, string state, string[] scopes, string? expiresAt = null, string? lastUsedAt = null) =>
        new { id, name, prefix, state, scopes, createdAt = "2026-11-01T08:00:00Z", expiresAt, lastUsedAt };
}
