using System.Net.Http.Headers;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

namespace CloudNative.Web.Api;

internal static class ApiServices
{
    /// <summary>The API's name in service discovery: HTTPS where it is offered, else HTTP.</summary>
    private static readonly Uri BaseAddress = new("https+http://api");

    /// <summary>A person waits for the answer: fail, and say so, sooner than a service would.</summary>
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    public static IHostApplicationBuilder AddMeteringApi(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var client = builder.Services.AddHttpClient<MeteringApi>((services, http) =>
        {
            http.BaseAddress = BaseAddress;
            http.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Bearer", services.GetRequiredService<IOptions<ApiOptions>>().Value.Key);
        });
#pragma warning disable EXTEXP0001 // replaces the handler of ServiceDefaults, whose timeouts suit services
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddStandardResilienceHandler(options =>
        {
            options.TotalRequestTimeout.Timeout = TotalTimeout;
            options.AttemptTimeout.Timeout = AttemptTimeout;
            options.CircuitBreaker.SamplingDuration = AttemptTimeout * 2;
            options.Retry.MaxRetryAttempts = 2;
            options.Retry.Delay = RetryDelay;
            // A POST or DELETE whose answer was lost may have been carried out: the person decides.
            options.Retry.DisableForUnsafeHttpMethods();
        });
        return builder;
    }
}
