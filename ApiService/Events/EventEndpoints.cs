using CloudNative.Metering.Events;

namespace CloudNative.ApiService.Events;

internal static class EventEndpoints
{
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.AddOptions<EventProducerOptions>().BindConfiguration(EventProducerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ProducerPool>();
        services.AddSingleton<EventProducer>();
        services.AddScoped<UsageEventList>();
        return services;
    }

    public static void MapEvents(this RouteGroupBuilder api)
    {
        var events = api.MapGroup("/events").WithTags("Events");
        events.MapIngestEvents();
        events.MapListEvents();
        events.MapExplainEvent();
    }
}
