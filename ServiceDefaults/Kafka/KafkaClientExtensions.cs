using CloudNative.ServiceDefaults.Connections;
using CloudNative.ServiceDefaults.Health;
using CloudNative.ServiceDefaults.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every Kafka client of a process shares.</summary>
public static class KafkaClientExtensions
{
    /// <summary>
    /// Registers <see cref="KafkaConnection"/> for <c>ConnectionStrings:<paramref name="connectionName"/></c> (an error at start when it is missing or wrong),
    /// <see cref="KafkaStatistics"/>, and a health check of that name. Producers and consumers are the service's own.
    /// </summary>
    public static void AddKafkaClient(this IHostApplicationBuilder builder, string connectionName)
    {
        ArgumentNullException.ThrowIfNull(builder);

        RequiredConnection.Add(builder, connectionName);
        builder.Services.AddSingleton<IValidateOptions<RequiredConnection>>(new KafkaConnectionValidator(connectionName));
        builder.Services.AddSingleton(services => KafkaConnection.Parse(RequiredConnection.Get(services, connectionName)));
        builder.Services.AddSingleton<KafkaStatistics>();
        builder.Services.AddSingleton<KafkaCheck>();
        builder.Services.AddHealthChecks().AddCheck<KafkaCheck>(connectionName, tags: [HealthTags.Ready]);
    }
}
