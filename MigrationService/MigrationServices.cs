using CloudNative.MigrationService.Bootstrap;
using CloudNative.MigrationService.Database;
using CloudNative.MigrationService.Development;
using CloudNative.MigrationService.Kafka;
using Microsoft.Extensions.Options;

namespace CloudNative.MigrationService;

internal static class MigrationServices
{
    public static IServiceCollection AddMigration(this IServiceCollection services)
    {
        services.AddOptions<DevelopmentOptions>().BindConfiguration(DevelopmentOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DevelopmentOptions>, DevelopmentOptionsValidator>();
        services.AddOptions<BootstrapOptions>().BindConfiguration(BootstrapOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BootstrapOptions>, BootstrapOptionsValidator>();
        services.AddScoped<DatabaseMigration>();
        services.AddScoped<DevelopmentTenant>();
        services.AddScoped<BootstrapTenant>();
        services.AddSingleton<UsageTopic>();
        services.AddSingleton<MigrationRun>();
        services.AddSingleton<MigrationWait>();
        return services;
    }
}
