namespace CloudNative.MigrationService.Development;

/// <summary>What exists in Development only.</summary>
public sealed class DevelopmentOptions
{
    public const string Section = "Development";

    /// <summary>
    /// API key of the tenant <c>default</c>, 1 to 256 characters; both are created when it is set. Any value outside the Development
    /// environment is an error: a key that stands in configuration is no secret.
    /// </summary>
    public string? ApiKey { get; set; }
}
