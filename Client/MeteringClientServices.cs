using System.Net;
using System.Net.Http.Headers;
using CloudNative.Metering.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the client.</summary>
public static class MeteringClientServices
{
    /// <summary>The name of the <see cref="HttpClient"/> that reported events are sent with.</summary>
    public const string ReporterClient = "CloudNative.Metering.UsageReporter";

    private const string Pipeline = "metering";

    /// <summary>Adds <see cref="MeteringClient"/>. Its options are validated at start.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">Sets the options; null when they are configured elsewhere, as by <c>AddOptions&lt;MeteringClientOptions&gt;().BindConfiguration("Api")</c>.</param>
    public static IServiceCollection AddMeteringClient(this IServiceCollection services, Action<MeteringClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<IValidateOptions<MeteringClientOptions>, MeteringClientOptionsValidator>();
        var options = services.AddOptions<MeteringClientOptions>()
            .Validate(client => client.BaseAddress is null or { IsAbsoluteUri: true }, "BaseAddress must be an absolute address, such as https://metering.example.com.")
            .ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.AddHttpClient<MeteringClient>(Configure).AddRetries((retry, client) => retry.MaxRetryAttempts = client.MaxRetries, IsTransient);
        return services;
    }

    /// <summary>Adds <see cref="UsageReporter"/>, which sends in the background; needs <see cref="AddMeteringClient"/>. Its options are validated at start.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">Sets the options; null: the defaults, or what is configured elsewhere.</param>
    public static IServiceCollection AddUsageReporter(this IServiceCollection services, Action<UsageReporterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<IValidateOptions<UsageReporterOptions>, UsageReporterOptionsValidator>();
        var options = services.AddOptions<UsageReporterOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.AddHttpClient(ReporterClient, Configure).AddRetries((retry, _) => retry.MaxRetryAttempts = int.MaxValue, IsUndecided);
        services.AddSingleton<UsageReporter>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<UsageReporter>());
        return services;
    }

    private static void Configure(IServiceProvider services, HttpClient http)
    {
        var options = services.GetRequiredService<IOptions<MeteringClientOptions>>().Value;
        http.BaseAddress = options.BaseAddress;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
        // Each attempt has its own.
        http.Timeout = Timeout.InfiniteTimeSpan;
    }

    private static void AddRetries(
        this IHttpClientBuilder http, Action<HttpRetryStrategyOptions, MeteringClientOptions> setUp, Func<Outcome<HttpResponseMessage>, bool> isRepeated)
    {
        http.ConfigurePrimaryHttpMessageHandler((primary, _) => DoNotRedirect(primary));
#pragma warning disable EXTEXP0001 // The only way to leave out what an application adds to all its clients: retries would multiply.
        http.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        http.AddResilienceHandler(Pipeline, (pipeline, context) =>
        {
            var options = context.ServiceProvider.GetRequiredService<IOptions<MeteringClientOptions>>().Value;
            pipeline.TimeProvider = context.ServiceProvider.GetService<TimeProvider>();
            var retry = new HttpRetryStrategyOptions
            {
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                ShouldHandle = attempt => ValueTask.FromResult(isRepeated(attempt.Outcome)),
            };
            setUp(retry, options);
            retry.DisableFor(HttpMethod.Delete);
            if (retry.MaxRetryAttempts > 0)
                pipeline.AddRetry(retry);
            pipeline.AddTimeout(options.AttemptTimeout);
        });
        http.AddHttpMessageHandler(() => new WholeAnswers());
    }

    /// <summary>A redirected POST becomes a GET without the events and the key. What then answers, such as a page to sign in, says nothing of them.</summary>
    private static void DoNotRedirect(HttpMessageHandler primary)
    {
        if (primary is SocketsHttpHandler { AllowAutoRedirect: true } sockets)
            sockets.AllowAutoRedirect = false;
        else if (primary is HttpClientHandler { AllowAutoRedirect: true } handler)
            handler.AllowAutoRedirect = false;
    }

    /// <summary>No answer, or one that says that a later attempt may succeed.</summary>
    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or ExecutionRejectedException or OperationCanceledException } => true,
        { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } => true,
        _ => false,
    };

    /// <summary>
    /// Neither taken nor found wrong. Also a refused key is waited for: until somebody has set the right one the events are kept. Whether it was the API that
    /// found the events wrong is told from the answer's body, by <see cref="MeteringException.IsRefusal"/>.
    /// </summary>
    private static bool IsUndecided(Outcome<HttpResponseMessage> outcome) =>
        outcome.Result?.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge);
}
