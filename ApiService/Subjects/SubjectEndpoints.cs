using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Subjects;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Subjects;

internal static class SubjectEndpoints
{
    public static void MapSubjects(this RouteGroupBuilder api)
    {
        var subjects = api.MapGroup("/subjects").WithTags("Subjects");
        subjects.MapUpsertSubjects();
        subjects.MapGet("/", List).WithName("ListSubjects").RequireScope(ApiScope.CustomersRead);
        subjects.MapGet("/{idOrKey}", GetAsync).WithName("GetSubject").RequireScope(ApiScope.CustomersRead).ProducesProblem(StatusCodes.Status404NotFound);
        subjects.MapDelete("/{idOrKey}", DeleteAsync).WithName("DeleteSubject").RequireScope(ApiScope.CustomersWrite).ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>List subjects</summary>
    /// <remarks>
    /// All that were created here, by key. It is written while it is read. Those that only events name are listed by the meters that counted them.
    /// </remarks>
    internal static Ok<IAsyncEnumerable<SubjectResponse>> List(ClaimsPrincipal user, MeteringDbContext database)
    {
        var tenantId = user.TenantId();
        return TypedResults.Ok(database.Subjects.AsNoTracking().Where(s => s.TenantId == tenantId).OrderBy(s => s.Key).AsAsyncEnumerable().Select(SubjectResponse.From));
    }

    /// <summary>Get a subject</summary>
    /// <remarks>Only what was created here is found. A key that is <c>.</c> or <c>..</c>, or longer than an address may be, can't stand in a path: use the id.</remarks>
    /// <param name="idOrKey">The subject's id, or its key, percent-encoded.</param>
    internal static async Task<Results<Ok<SubjectResponse>, ApiProblem>> GetAsync(
        string idOrKey, HttpContext context, MeteringDbContext database, CancellationToken cancellationToken)
    {
        var name = NameOf(context, idOrKey);
        return await FindAsync(database, context.User.TenantId(), name, cancellationToken) is { } subject ? TypedResults.Ok(SubjectResponse.From(subject)) : NotFound(name);
    }

    /// <summary>Delete a subject</summary>
    /// <remarks>What was to be known of it is forgotten. Its events and its usage stay, and so does its customer.</remarks>
    /// <param name="idOrKey">The subject's id, or its key, percent-encoded.</param>
    internal static async Task<Results<NoContent, ApiProblem>> DeleteAsync(
        string idOrKey, HttpContext context, MeteringDbContext database, CancellationToken cancellationToken)
    {
        var name = NameOf(context, idOrKey);
        return await FindAsync(database, context.User.TenantId(), name, cancellationToken) is { } subject && await SubjectStore.DeleteAsync(database, subject, cancellationToken)
            ? TypedResults.NoContent() : NotFound(name);
    }

    /// <summary>An id wins over a key that looks like one.</summary>
    private static async Task<Subject?> FindAsync(MeteringDbContext database, Ulid tenantId, string name, CancellationToken cancellationToken)
    {
        if (Ulid.TryParse(name, out var id)
            && await database.Subjects.AsNoTracking().SingleOrDefaultAsync(s => s.TenantId == tenantId && s.Id == id, cancellationToken) is { } byId)
            return byId;
        return await SubjectStore.Find(database, tenantId, name).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
    }

    private static string NameOf(HttpContext context, string idOrKey) => PathNames.Last(context, 1)?[0] ?? idOrKey;

    private static ApiProblem NotFound(string name) => Problem.NotFound($"There is no subject '{name}'.");
}
