using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Refuses every call without the run's key (other users of the machine reach loopback too), ends open watches when the app host
/// stops, and reports what a handler throws: the dashboard itself would only show an empty page.
/// </summary>
internal sealed partial class CallGuard(ResourceServiceOptions options, ILogger<CallGuard> logger) : Interceptor
{
    public const string ApiKeyHeader = "x-resource-service-api-key";

    private readonly byte[] _apiKey = Encoding.UTF8.GetBytes(options.ApiKey);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(request, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => WatchAsync(context, () => continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => WatchAsync(context, () => continuation(requestStream, responseStream, context)));

    private static async Task<bool> WatchAsync(ServerCallContext context, Func<Task> watch)
    {
        try
        {
            await watch();
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException || context.CancellationToken.IsCancellationRequested)
        {
            // The dashboard has gone, or the app host stops: a watch has no other end.
            return false;
        }
    }

    private async Task<T> RunAsync<T>(ServerCallContext context, Func<Task<T>> call)
    {
        var key = Encoding.UTF8.GetBytes(context.RequestHeaders.GetValue(ApiKeyHeader) ?? "");
        if (!CryptographicOperations.FixedTimeEquals(key, _apiKey))
            throw new RpcException(new Status(StatusCode.Unauthenticated, $"The header {ApiKeyHeader} is missing or wrong."));

        try
        {
            return await call();
        }
        catch (Exception e) when (e is not (RpcException or OperationCanceledException))
        {
            LogFailed(context.Method, e);
            throw new RpcException(new Status(StatusCode.Internal, e.Message));
        }
    }

    [LoggerMessage(LogLevel.Warning, "The dashboard's call {Method} failed.")]
    private partial void LogFailed(string method, Exception exception);
}
