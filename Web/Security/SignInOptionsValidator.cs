using Microsoft.Extensions.Options;

namespace CloudNative.Web.Security;

internal sealed class SignInOptionsValidator(IHostEnvironment environment) : IValidateOptions<SignInOptions>
{
    private const string Key = $"{SignInOptions.Section}:{nameof(SignInOptions.UserHeader)}";

    // Every client sends these: each would be let in.
    private static readonly string[] SentByEveryone = ["Host", "User-Agent", "Accept", "Connection"];

    public ValidateOptionsResult Validate(string? name, SignInOptions options) => options.UserHeader switch
    {
        null when environment.IsDevelopment() => ValidateOptionsResult.Success,
        null or "" => ValidateOptionsResult.Fail(
            $"{Key} is missing: Web has no sign-in of its own, so anyone who reaches it could read and change the tenant. Put an authenticating proxy in front and set "
            + $"this to the header in which it names the user (environment variable SignIn__UserHeader). Only ASPNETCORE_ENVIRONMENT=Development goes without, not {environment.EnvironmentName}."),
        var header when !header.All(character => char.IsAsciiLetterOrDigit(character) || character == '-') => ValidateOptionsResult.Fail(
            $"{Key} must be a header's name: letters, digits and hyphens."),
        var header when SentByEveryone.Contains(header, StringComparer.OrdinalIgnoreCase) => ValidateOptionsResult.Fail(
            $"{Key} must be a header that only the proxy sets; every client sends {header}."),
        _ => ValidateOptionsResult.Success,
    };
}
