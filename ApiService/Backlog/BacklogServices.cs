namespace CloudNative.ApiService.Backlog;

internal static class BacklogServices
{
    public static IServiceCollection AddBacklog(this IServiceCollection services)
    {
        services.AddOptions<BacklogOptions>().BindConfiguration(BacklogOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TopicLog>();
        services.AddSingleton<KnownCounted>();
        services.AddSingleton<KnownRetention>();
        services.AddSingleton<BacklogReader>();
        services.AddSingleton<EventBacklog>();
        services.AddHostedService<BacklogMonitor>();
        return services;
    }
}
