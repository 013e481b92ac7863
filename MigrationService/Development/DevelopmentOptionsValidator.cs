using CloudNative.Metering.ApiKeys;
using Microsoft.Extensions.Options;

namespace CloudNative.MigrationService.Development;

internal sealed class DevelopmentOptionsValidator(IHostEnvironment environment) : IValidateOptions<DevelopmentOptions>
{
    private const string Key = $"{DevelopmentOptions.Section}:{nameof(DevelopmentOptions.ApiKey)}";

    public ValidateOptionsResult Validate(string? name, DevelopmentOptions options)
    {
        if (options.ApiKey is null)
            return ValidateOptionsResult.Success;
        if (!environment.IsDevelopment())
        {
            return ValidateOptionsResult.Fail(
                $"{Key} is set, but the environment is {environment.EnvironmentName}: a key from configuration exists in Development only. "
                + "Remove the setting (environment variable Development__ApiKey).");
        }

        return options.ApiKey.Length is > 0 and <= ApiKeyHash.MaxKeyLength
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{Key} must have 1 to {ApiKeyHash.MaxKeyLength} characters.");
    }
}
