namespace CloudNative.Web.Security;

internal static class ContentSecurity
{
    /// <summary>
    /// Everything comes from this host, and no script is inline. Styles may be inline: MudBlazor positions with style attributes
    /// and writes the theme's variables in a style element. Images may be data: Chart.js and MudBlazor draw small ones so.
    /// </summary>
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static IApplicationBuilder UseContentSecurity(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    });
}
