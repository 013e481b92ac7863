using CloudNative.IngestService.Backfill;
using CloudNative.IngestService.Recounts;
using CloudNative.IngestService.Storage;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Recounts;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.ServiceDefaults.Health;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService;

internal static class IngestServices
{
    /// <summary>The consumer with all it needs: a database, a broker, validated options, and a readiness that looks at its progress.</summary>
    public static void AddIngest(this IHostApplicationBuilder builder)
    {
        builder.AddNpgsqlDataSource(MeteringDbContext.ConnectionName);
        builder.AddKafkaClient("kafka");

        builder.Services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<StorageOptions>>().Value.Policy);
        builder.Services.AddSingleton<StoredKeys>();
        builder.Services.AddSingleton<SegmentMaintenance>();
        builder.Services.AddSingleton<RollupSealing>();
        builder.Services.AddSingleton<RetiredGenerations>();
        builder.Services.AddHostedService<StorageMaintenance>();
        builder.Services.AddSingleton<BookRetention>();
        builder.Services.AddHostedService<BookUpkeep>();
        builder.Services.AddOptions<RecountOptions>().BindConfiguration(RecountOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<BookRecount>();
        builder.Services.AddSingleton<RecountQuery>();
        builder.Services.AddHostedService<RecountWorker>();
        builder.Services.AddTransient<UsageEventStore>();
        builder.Services.AddSingleton<IngestProgress>();
        builder.Services.AddSingleton<IngestMetrics>();
        builder.Services.AddSingleton<EventStream>();
        builder.Services.AddTransient<EventSink>();
        builder.Services.AddTransient<SinkLane>();
        builder.Services.AddSingleton<Func<SinkLane>>(services => services.GetRequiredService<SinkLane>);
        builder.Services.AddSingleton<SinkLanes>();
        builder.Services.AddSingleton<ConsumerFactory>();
        builder.Services.AddHostedService<EventConsumer>();
        builder.Services.AddOptions<BackfillOptions>().BindConfiguration(BackfillOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<MeterBackfill>();
        builder.Services.AddSingleton<BackfillMetrics>();
        builder.Services.AddHostedService<BackfillWorker>();
        builder.Services.AddHealthChecks().AddCheck<IngestProgress>("progress", tags: [HealthTags.Ready]);
    }
}
