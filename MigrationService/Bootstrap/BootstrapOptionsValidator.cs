using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Meters;
using Microsoft.Extensions.Options;

namespace CloudNative.MigrationService.Bootstrap;

internal sealed class BootstrapOptionsValidator : IValidateOptions<BootstrapOptions>
{
    // A fast hash keeps the key: it must be one that nobody can guess.
    private const int MinKeyLength = 32;
    private const int MinDifferentCharacters = 10;

    private const string ApiKey = $"{BootstrapOptions.Section}:{nameof(BootstrapOptions.ApiKey)}";
    private const string Tenant = $"{BootstrapOptions.Section}:{nameof(BootstrapOptions.Tenant)}";

    public ValidateOptionsResult Validate(string? name, BootstrapOptions options)
    {
        if (options.ApiKey is null)
            return ValidateOptionsResult.Success;
        var errors = new List<string>();
        if (options.ApiKey.Length is < MinKeyLength or > ApiKeyHash.MaxKeyLength)
            errors.Add($"{ApiKey} must have {MinKeyLength} to {ApiKeyHash.MaxKeyLength} characters; `openssl rand -hex 32` makes one.");
        else if (options.ApiKey.Distinct().Count() < MinDifferentCharacters)
            errors.Add($"{ApiKey} can be guessed: it has fewer than {MinDifferentCharacters} different characters; `openssl rand -hex 32` makes one.");
        if (options.ApiKey.Any(character => character is <= ' ' or > '~'))
            errors.Add($"{ApiKey} must hold visible ASCII characters only: no client could send a line feed at its end.");
        if (options.Tenant.Length > MeterRules.MaxSlugLength || !MeterRules.Slug().IsMatch(options.Tenant))
            errors.Add($"{Tenant} must be lower case letters, digits and single underscores, at most {MeterRules.MaxSlugLength}.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
