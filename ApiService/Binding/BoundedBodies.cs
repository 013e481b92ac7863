using CloudNative.ApiService.Problems;

namespace CloudNative.ApiService.Binding;

/// <summary>Lets a request in when there is room for its body, before anything of that is read. Those that only ask take nothing, probes among them.</summary>
internal sealed class BoundedBodies(RequestDelegate next, BodyMemory memory)
{
    public Task InvokeAsync(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? next(context) : ServeAsync(context);

    private async Task ServeAsync(HttpContext context)
    {
        var share = new BodyShare(memory);
        // One that announces too much is refused when it is read.
        if (!share.TryReach(Math.Min(context.Request.ContentLength ?? BodyShare.Least, ApiLimits.MaxBodyBytes)))
        {
            await Problem.BodiesFull().ExecuteAsync(context);
            return;
        }

        context.Features.Set(share);
        try
        {
            await next(context);
        }
        finally
        {
            share.Return();
        }
    }
}

internal static class BodyServices
{
    public static IServiceCollection AddBodies(this IServiceCollection services)
    {
        services.AddOptions<BodyOptions>().BindConfiguration(BodyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<BodyMemory>();
        return services;
    }

    /// <summary>After the quotas: a caller that has used his takes no room from others.</summary>
    public static void UseBoundedBodies(this WebApplication app) => app.UseMiddleware<BoundedBodies>();
}
