using System.Runtime.CompilerServices;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.Metadata;

namespace CloudNative.ApiService.Binding;

/// <summary>Finds query parameters that a route does not declare: a typo must not silently change a number.</summary>
internal static class UnknownParameters
{
    /// <summary>OpenMeter's portal SDK sends it along; accepted and ignored.</summary>
    private const string ClientId = "clientId";

    // Found by reflection, once a route.
    private static readonly ConditionalWeakTable<Endpoint, KnownParameter[]> KnownParameters = [];

    /// <summary>Before handlers that do not take <see cref="RequestErrors"/>; the others tell them with what they find themselves.</summary>
    public static RouteGroupBuilder RefuseUnknownParameters(this RouteGroupBuilder group) => group.AddEndpointFilterFactory((handler, next) =>
        Array.Exists(handler.MethodInfo.GetParameters(), parameter => parameter.ParameterType == typeof(RequestErrors)) ? next : context =>
            RequestErrors.Of(context.HttpContext, context.HttpContext.GetEndpoint()) is { Count: > 0 } errors ? new ValueTask<object?>(Problem.Validation(errors)) : next(context));

    /// <summary>Adds an error for every parameter that the route does not declare, and for those that stand more often than they may: the framework would make one text of several.</summary>
    public static void Check(IQueryCollection query, Endpoint? endpoint, ICollection<FieldError> errors)
    {
        if (query.Count == 0 || endpoint is null)
            return;
        var known = KnownParameters.GetValue(endpoint, Known);
        foreach (var (key, values) in query.Where(sent => sent.Key != ClientId))
        {
            if (Array.Find(known, parameter => Names(key, parameter.Name)) is not { } parameter)
            {
                errors.Add(new FieldError(key, ErrorCodes.Unknown, known.Length == 0
                    ? "This route has no query parameters."
                    : $"There is no such query parameter; known are {string.Join<KnownParameter>(", ", known)}."));
            }
            else if (values.Count > 1 && !parameter.IsRepeated && !DimensionFilter.IsMember(key))
            {
                errors.Add(new FieldError(parameter.Name, ErrorCodes.TooMany, "Must stand once."));
            }
        }
    }

    private static KnownParameter[] Known(Endpoint endpoint)
    {
        var route = (endpoint as RouteEndpoint)?.RoutePattern;
        return endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
            .Where(parameter => IsFromQuery(parameter) && route?.GetParameter(parameter.Name) is null)
            .Select(parameter => new KnownParameter(QueryParameter.NameOf(parameter), parameter.ParameterInfo.ParameterType == typeof(string[])))
            .ToArray();
    }

    private static bool IsFromQuery(IParameterBindingMetadata parameter)
    {
        var attributes = parameter.ParameterInfo.GetCustomAttributes(inherit: true);
        if (attributes.OfType<IFromQueryMetadata>().Any())
            return true;
        var type = parameter.ParameterInfo.ParameterType;
        return (parameter.HasTryParse || type == typeof(string) || type == typeof(string[]))
            && !attributes.OfType<IFromRouteMetadata>().Any();
    }

    // Binding ignores case, too. It does not know subject[]=…, which would then be no filter at all.
    private static bool Names(string key, string name) =>
        key.Equals(name, StringComparison.OrdinalIgnoreCase) || (name == DimensionFilter.Parameter && DimensionFilter.IsMember(key));

    private sealed record KnownParameter(string Name, bool IsRepeated)
    {
        public override string ToString() => Name;
    }
}
