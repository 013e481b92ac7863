using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>
/// What is wrong with a request, begun with what is seen before its handler: a handler that checks more takes this, adds what it finds, and so tells everything at once. Those
/// that check nothing are not reached by a request with errors.
/// </summary>
internal sealed class RequestErrors : List<FieldError>
{
    private static readonly object Found = new();

    /// <summary>Called by the framework, for handlers that take this.</summary>
    public static ValueTask<RequestErrors?> BindAsync(HttpContext context) => new(Of(context, context.GetEndpoint()));

    /// <summary>What is known to be wrong by now.</summary>
    /// <param name="context">The request.</param>
    /// <param name="endpoint">Its own: while an exception is handled, the context has none any more.</param>
    public static RequestErrors Of(HttpContext context, Endpoint? endpoint)
    {
        var errors = new RequestErrors();
        UnknownParameters.Check(context.Request.Query, endpoint, errors);
        if (context.Items.TryGetValue(Found, out var found))
            errors.Add((FieldError)found!);
        return errors;
    }

    /// <summary>Notes what a middleware found.</summary>
    public static void Note(HttpContext context, FieldError error) => context.Items[Found] = error;
}
