using System.ComponentModel.DataAnnotations;
using System.Net.Mime;
using System.Text.Json;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Subjects;
using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.Subjects;

internal static class UpsertSubjects
{
    /// <summary>What is to be known of a subject. A field that is left out stays as it is; null takes it away.</summary>
    /// <param name="Key">Required. The CloudEvents <c>subject</c>: any text, not empty.</param>
    /// <param name="DisplayName">For people, up to 256 characters.</param>
    /// <param name="Metadata">Notes of the client's own: a JSON object, up to 16 KiB.</param>
    internal sealed record SubjectUpsert(
        [property: Required, MinLength(1)] string? Key,
        [property: MaxLength(Subject.MaxDisplayNameLength)] string? DisplayName,
        IReadOnlyDictionary<string, JsonElement>? Metadata);

    private const string Deprecated = "OpenMeter has deprecated this field, and it is not kept here.";

    public static void MapUpsertSubjects(this RouteGroupBuilder subjects) => subjects.MapPost("/", HandleAsync)
        .WithName("UpsertSubjects").RequireScope(ApiScope.CustomersWrite)
        .Accepts<IReadOnlyList<SubjectUpsert>>(MediaTypeNames.Application.Json)
        .AcceptsIdempotencyKey()
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            ((OpenApiSchema)operation.RequestBody!.Content![MediaTypeNames.Application.Json].Schema!).MaxItems = UsageEventReader.MaxBatchLength;
            return Task.CompletedTask;
        })
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Create or change subjects</summary>
    /// <remarks>
    /// Up to 5,000, all of them or none, answered in their order. Events and usage need no subject to be known here. A 400 lists everything that is wrong at once.
    /// </remarks>
    internal static async Task<Results<Ok<IReadOnlyList<SubjectResponse>>, ApiProblem>> HandleAsync(
        HttpContext context, MeteringDbContext database, TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        var changes = await ReadAsync(context.Request, errors, cancellationToken);
        if (errors.Count > 0)
            return Problem.Validation(errors);
        var saved = await SubjectStore.SaveAsync(database, context.User.TenantId(), changes, clock.GetUtcMicroseconds(), cancellationToken);
        return TypedResults.Ok<IReadOnlyList<SubjectResponse>>([.. saved.Select(SubjectResponse.From)]);
    }

    private static async Task<IReadOnlyList<SubjectChange>> ReadAsync(HttpRequest request, List<FieldError> errors, CancellationToken cancellationToken)
    {
        if (await JsonFields.ReadListAsync(request, errors, cancellationToken) is not { } items)
            return [];
        if (items.Count > UsageEventReader.MaxBatchLength)
            errors.Add(new FieldError(JsonErrors.Body, ErrorCodes.TooMany, $"At most {UsageEventReader.MaxBatchLength} subjects."));
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var checks = new FieldChecks(errors);
        return [.. items.Select(item => Read(item, keys, errors, checks))];
    }

    private static SubjectChange Read(JsonFields fields, HashSet<string> keys, List<FieldError> errors, FieldChecks checks)
    {
        var before = errors.Count;
        var (setsName, setsMetadata) = (fields.Has("displayName"), fields.Has("metadata"));
        var change = new SubjectChange(fields.Text("key") ?? "", fields.Text("displayName"), setsName, fields.RawObject("metadata"), setsMetadata);
        foreach (var name in (string[])["currentPeriodStart", "currentPeriodEnd", "stripeCustomerId"])
            fields.Refuse(name, Deprecated);
        fields.RefuseOthers();
        if (errors.Count > before)
            return change;

        checks.Storable(fields.PathOf("key"), change.Key);
        if (change.Key.Length == 0)
            checks.Add(fields.PathOf("key"), ErrorCodes.Required, "Required, and not empty.");
        else if (!keys.Add(change.Key))
            checks.Add(fields.PathOf("key"), ErrorCodes.Invalid, "Stands twice.");
        checks.Text(fields.PathOf("displayName"), change.DisplayName, Subject.MaxDisplayNameLength);
        checks.Text(fields.PathOf("metadata"), change.Metadata, Subject.MaxMetadataLength);
        return change;
    }
}
