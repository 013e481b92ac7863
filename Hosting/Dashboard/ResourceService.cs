using Aspire.Hosting.ApplicationModel;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Proto = Aspire.Hosting.Dashboard.Contract;

namespace Aspire.Hosting.Dashboard;

/// <summary>What the dashboard sees of this app host: its resources, their console lines, and their commands.</summary>
internal sealed class ResourceService(
    ResourceNotificationService notifications,
    ResourceLoggerService consoleLogs,
    ResourceCommandService commands,
    ResourceServiceOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider clock) : Proto.DashboardService.DashboardServiceBase
{
    private const string MinDashboardVersion = "13.5.0";

    public override Task<Proto.ApplicationInformationResponse> GetApplicationInformation(
        Proto.ApplicationInformationRequest request, ServerCallContext context) =>
        Task.FromResult(new Proto.ApplicationInformationResponse
        {
            ApplicationName = options.ApplicationName,
            MinDashboardVersion = MinDashboardVersion,
        });

    public override async Task WatchResources(
        Proto.WatchResourcesRequest request, IServerStreamWriter<Proto.WatchResourcesUpdate> responseStream, ServerCallContext context)
    {
        using var open = OpenUntilStop(context);
        var createdAt = clock.GetUtcNow();
        var isFirst = true;
        await foreach (var batch in Batches.Of(notifications.WatchAsync(open.Token), open.Token))
        {
            var resources = batch.Select(resourceEvent => ResourceMessage.From(resourceEvent, createdAt));
            await responseStream.WriteAsync(isFirst ? InitialData(resources) : Changes(resources), open.Token);
            isFirst = false;
        }
    }

    public override async Task WatchResourceConsoleLogs(
        Proto.WatchResourceConsoleLogsRequest request, IServerStreamWriter<Proto.WatchResourceConsoleLogsUpdate> responseStream, ServerCallContext context)
    {
        using var open = OpenUntilStop(context);
        if (request.SuppressFollow)
        {
            await WriteAsync(consoleLogs.Log(request.ResourceName).Backlog(), responseStream, open.Token);
            return;
        }

        await foreach (var lines in consoleLogs.WatchAsync(request.ResourceName).WithCancellation(open.Token))
            await WriteAsync(lines, responseStream, open.Token);
    }

    public override async Task<Proto.ResourceCommandResponse> ExecuteResourceCommand(Proto.ResourceCommandRequest request, ServerCallContext context)
    {
        var result = await commands.ExecuteCommandAsync(request.ResourceName, request.CommandName, context.CancellationToken);
        return new Proto.ResourceCommandResponse
        {
            Kind = result.Success ? Proto.ResourceCommandResponseKind.Succeeded
                : result.Canceled ? Proto.ResourceCommandResponseKind.Cancelled
                : Proto.ResourceCommandResponseKind.Failed,
            Message = result.ErrorMessage ?? result.Message ?? "",
        };
    }

    public override async Task WatchInteractions(
        IAsyncStreamReader<Proto.WatchInteractionsRequestUpdate> requestStream,
        IServerStreamWriter<Proto.WatchInteractionsResponseUpdate> responseStream,
        ServerCallContext context)
    {
        using var open = OpenUntilStop(context);
        while (await requestStream.MoveNext(open.Token))
        {
            // An answer to a question that was never asked.
        }
    }

    private static async Task WriteAsync(
        IReadOnlyList<LogLine> lines, IServerStreamWriter<Proto.WatchResourceConsoleLogsUpdate> responseStream, CancellationToken cancellationToken)
    {
        foreach (var update in ConsoleLogMessage.From(lines))
            await responseStream.WriteAsync(update, cancellationToken);
    }

    private static Proto.WatchResourcesUpdate InitialData(IEnumerable<Proto.Resource> resources) =>
        new() { InitialData = new() { Resources = { resources } } };

    private static Proto.WatchResourcesUpdate Changes(IEnumerable<Proto.Resource> resources) =>
        new() { Changes = new() { Value = { resources.Select(resource => new Proto.WatchResourcesChange { Upsert = resource }) } } };

    private CancellationTokenSource OpenUntilStop(ServerCallContext context) =>
        CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
}
