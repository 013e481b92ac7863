namespace CloudNative.MigrationService.Bootstrap;

/// <summary>The first tenant of an installation, so that somebody can get in; configuration section <c>Bootstrap</c>.</summary>
public sealed class BootstrapOptions
{
    public const string Section = "Bootstrap";

    /// <summary>
    /// API key of the tenant <see cref="Tenant"/> that may do everything: 32 to 256 visible ASCII characters, made at random. Both are created when it is set and
    /// nobody has had such a key before. Default: null, nothing is created.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>The tenant's name: lower case letters, digits and single underscores, at most 64. Default: <c>default</c>.</summary>
    public string Tenant { get; set; } = "default";
}
