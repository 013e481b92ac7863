using System.Net.Http.Headers;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace CloudNative.Web.Api;

internal static class ApiServices
{
    /// <summary>The API's name in service discovery: HTTPS where it is offered, else HTTP.</summary>
    private static readonly Uri BaseAddress = new("https+http://api");

    /// <summary>A person waits for the answer: fail, and say so, sooner than a service would.</summary>
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private const int Retries = 2;

    public static IHostApplicationBuilder AddMeteringApi(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var client = builder.Services.AddHttpClient<MeteringApi>((services, http) =>
        {
            http.BaseAddress = BaseAddress;
            http.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Bearer", services.GetRequiredService<IOptions<ApiOptions>>().Value.Key);
        });
#pragma warning disable EXTEXP0001 // The only way to leave the standard resilience out.
        // Its circuit breaker would hide the health page behind the calls that fail while the database is away.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddResilienceHandler("api", pipeline => pipeline.AddTimeout(TotalTimeout).AddRetry(Retry()).AddTimeout(AttemptTimeout));
        return builder;
    }

    /// <summary>Asks again where no answer came. An answer is shown as it is, and pages ask again by themselves.</summary>
    private static HttpRetryStrategyOptions Retry()
    {
        var retry = new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = Retries,
            Delay = RetryDelay,
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is HttpRequestException or ExecutionRejectedException),
        };
        // A POST or DELETE whose answer was lost may have been carried out: the person decides.
        retry.DisableForUnsafeHttpMethods();
        return retry;
    }
}
