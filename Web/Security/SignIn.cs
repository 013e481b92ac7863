using Microsoft.Extensions.Options;

namespace CloudNative.Web.Security;

internal static class SignIn
{
    /// <summary>Nobody signs in yet, so whoever reaches the port sees and edits the tenant: that must not be met outside Development.</summary>
    public static IHostApplicationBuilder RequireDevelopment(this IHostApplicationBuilder builder) => builder.Environment.IsDevelopment()
        ? builder
        : throw new OptionsValidationException(
            nameof(SignIn),
            typeof(IHostEnvironment),
            [
                "Web has no sign-in yet: anyone who reaches it could read and change the tenant. It runs with ASPNETCORE_ENVIRONMENT=Development " +
                $"only, not {builder.Environment.EnvironmentName}.",
            ]);
}
