using CloudNative.IngestService;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Health;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource(MeteringDbContext.ConnectionName);
builder.AddKafkaClient("kafka");

builder.Services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<UsageEventStore>();
builder.Services.AddSingleton<IngestProgress>();
builder.Services.AddSingleton<IngestMetrics>();
builder.Services.AddSingleton<EventStream>();
builder.Services.AddSingleton<EventSink>();
builder.Services.AddSingleton<ConsumerFactory>();
builder.Services.AddHostedService<EventConsumer>();
builder.Services.AddHealthChecks().AddCheck<IngestProgress>("progress", tags: [HealthTags.Ready]);

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
