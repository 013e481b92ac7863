using Microsoft.Extensions.Hosting;

namespace CloudNative.ServiceDefaults.Telemetry;

/// <summary>Log levels and console format of a process that configures none.</summary>
internal static class LoggingDefaults
{
    public static Dictionary<string, string?> For(IHostEnvironment environment)
    {
        var defaults = new Dictionary<string, string?>
        {
            ["Logging:LogLevel:Default"] = "Information",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
            ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command"] = "Warning",
            ["Logging:LogLevel:Npgsql"] = "Warning",
            ["Logging:LogLevel:StackExchange.Redis"] = "Warning",
            ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
            // Every probe that finds something not ready yet, at the pace of the probes; whoever probes sees it, and what failed says so itself.
            ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "Critical",
            // Every attempt that is repeated, with its stack trace; the meter of that name counts them.
            ["Logging:LogLevel:Polly"] = "Error",
            // Its one entry is the stack trace of an exception that ends the process, and is said then.
            ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "Critical",
        };

        if (environment.IsDevelopment())
        {
            // One line an entry: the AppHost prefixes each line with the resource's name.
            defaults["Logging:Console:FormatterName"] = "simple";
            defaults["Logging:Console:FormatterOptions:SingleLine"] = "true";
        }
        else
        {
            defaults["Logging:Console:FormatterName"] = "json";
            defaults["Logging:Console:FormatterOptions:IncludeScopes"] = "true";
            defaults["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true";
            defaults["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ";
        }

        return defaults;
    }
}
