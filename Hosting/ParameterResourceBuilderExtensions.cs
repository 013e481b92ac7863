using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Values and connection strings that whoever runs the application gives it.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>A value from the configuration key <c>Parameters:{name}</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, bool secret = false) =>
        builder.AddParameterResource(new ParameterResource(name, _ => Configured(builder, $"Parameters:{name}") ?? throw Missing(name), secret));

    /// <summary>A value from the configuration key <c>Parameters:{name}</c>, else <paramref name="value"/>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        if (publishValueAsDefault && secret)
            throw new ArgumentException($"The secret parameter '{name}' can't have a published default.", nameof(publishValueAsDefault));
        return builder.AddParameter(name, new ConstantParameterDefault(valueGetter), secret);
    }

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddParameterResource(new ParameterResource(
            name, fallback => Configured(builder, $"Parameters:{name}") ?? fallback!.GetDefaultValue(), secret) { Default = value });

    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string configurationKey, bool secret = false) =>
        builder.AddParameterResource(new ParameterResource(
            name, _ => Configured(builder, configurationKey) ?? throw Missing(name, configurationKey), secret));

    /// <summary>A connection string from the configuration key <c>ConnectionStrings:{name}</c>.</summary>
    /// <param name="environmentVariableName">The variable that a reference sets; null means <c>ConnectionStrings__{name}</c>.</param>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string? environmentVariableName = null) =>
        builder.AddParameterResource(new ConnectionStringParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name) ?? throw Missing(name, $"ConnectionStrings:{name}"),
            environmentVariableName));

    /// <summary>A random password that the configuration key <c>Parameters:{name}</c> overrides.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(
        IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true, bool numeric = true, bool special = true) =>
        new(name, fallback => Configured(builder, $"Parameters:{name}") ?? fallback!.GetDefaultValue(), secret: true)
        {
            Default = new GenerateParameterDefault { Lower = lower, Upper = upper, Numeric = numeric, Special = special },
        };

    private static IResourceBuilder<T> AddParameterResource<T>(this IDistributedApplicationBuilder builder, T parameter)
        where T : ParameterResource => builder.AddResource(parameter).WithInitialState(new CustomResourceSnapshot
        {
            ResourceType = parameter.IsConnectionString ? KnownResourceTypes.ConnectionString : KnownResourceTypes.Parameter,
            Properties = [new ResourcePropertySnapshot(KnownProperties.Source, parameter.ConfigurationKey)],
        });

    private static string? Configured(IDistributedApplicationBuilder builder, string key) => builder.Configuration[key];

    private static MissingParameterValueException Missing(string name, string? key = null)
    {
        key ??= $"Parameters:{name}";
        return new MissingParameterValueException(
            $"The parameter '{name}' has no value: set the configuration key '{key}' (in the AppHost's appsettings.json or user secrets, "
            + $"or as the variable {key.Replace(":", "__", StringComparison.Ordinal)}).");
    }
}
