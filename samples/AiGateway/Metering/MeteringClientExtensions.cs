using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace CloudNative.AiGateway.Metering;

internal static partial class MeteringClientExtensions
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);

    public static void AddMeteringClient(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ApiOptions>()
            .BindConfiguration(ApiOptions.Section)
            .Validate(api => api.Key.Length > 0, "Api:Key is missing: the API key to report usage with.")
            .Validate(api => Uri.IsWellFormedUriString(api.BaseAddress, UriKind.Absolute), "Api:BaseAddress is not an absolute URL.")
            .ValidateOnStart();

        builder.Services.AddHttpClient<MeteringClient>((services, client) =>
        {
            var api = services.GetRequiredService<IOptions<ApiOptions>>().Value;
            client.BaseAddress = new Uri(api.BaseAddress);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", api.Key);
        });
        builder.Services.AddResiliencePipeline(MeteringClient.DeliveryPipeline, (pipeline, context) => pipeline.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome.Exception)),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstDelay,
            MaxDelay = LongestDelay,
            OnRetry = arguments =>
            {
                var logger = context.ServiceProvider.GetRequiredService<ILogger<MeteringClient>>();
                SendingAgain(logger, arguments.RetryDelay, arguments.Outcome.Exception?.Message);
                return ValueTask.CompletedTask;
            },
        }));
    }

    /// <summary>Away, slow or overloaded; an answer that says the request is wrong stays wrong.</summary>
    private static bool IsTransient(Exception? exception) => exception switch
    {
        HttpRequestException { StatusCode: null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } => true,
        TimeoutRejectedException or BrokenCircuitException => true,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not accepted yet, sending again in {Delay}: {Reason}")]
    private static partial void SendingAgain(ILogger logger, TimeSpan delay, string? reason);
}
