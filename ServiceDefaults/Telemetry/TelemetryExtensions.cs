using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CloudNative.ServiceDefaults.Telemetry;

internal static class TelemetryExtensions
{
    /// <summary>Sources and meters of this system's own code: <c>CloudNative.Kafka</c>, <c>CloudNative.Redis</c> and whatever a service adds.</summary>
    private const string OwnInstruments = "CloudNative.*";

    /// <summary>Retries, timeouts and open circuits of the standard resilience.</summary>
    private const string ResilienceMeter = "Polly";

    private const string OtlpEndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing
                // A filtered probe leaves an unsampled parent behind, so the database spans below it are dropped too.
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !ProbePaths.Contains(context.Request.Path))
                .AddHttpClientInstrumentation()
                .AddNpgsql()
                .AddSource(OwnInstruments))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddNpgsqlInstrumentation()
                .AddMeter(OwnInstruments, ResilienceMeter)
                .AddPrometheusExporter());

        if (!string.IsNullOrWhiteSpace(builder.Configuration[OtlpEndpointKey]))
            telemetry.UseOtlpExporter();
        else
            // Nobody gets the spans: what they cost a request is saved. Trace ids, which logs and problems name, are there all the same.
            telemetry.WithTracing(tracing => tracing.SetSampler(new AlwaysOffSampler()));
    }
}
