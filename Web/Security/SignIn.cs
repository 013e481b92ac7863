using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace CloudNative.Web.Security;

/// <summary>People sign in at a proxy in front; here it is only seen to that they did.</summary>
internal static class SignIn
{
    public static IHostApplicationBuilder AddSignIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<SignInOptions>().BindConfiguration(SignInOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<SignInOptions>, SignInOptionsValidator>();
        return builder;
    }

    /// <summary>Refuses what did not come through the proxy, static files and open pages' connections too. Probes and metrics are asked by machines.</summary>
    public static IApplicationBuilder UseSignIn(this WebApplication app)
    {
        var header = app.Services.GetRequiredService<IOptions<SignInOptions>>().Value.UserHeader;
        return header is null ? app : app.Use((context, next) =>
            context.Request.Headers.TryGetValue(header, out var user) && !string.IsNullOrWhiteSpace(user)
            || context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null
                ? next(context)
                : RefuseAsync(context));
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return context.Response.WriteAsync("Nobody is signed in: this site is reached through a proxy that signs people in.", context.RequestAborted);
    }
}
