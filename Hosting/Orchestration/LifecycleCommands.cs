using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestration;

/// <summary>Start, stop and restart, on every resource that has a process.</summary>
internal static class LifecycleCommands
{
    public static IResourceBuilder<T> WithLifecycleCommands<T>(this IResourceBuilder<T> builder)
        where T : IResource => builder
        .WithCommand(
            KnownResourceCommands.StartCommand,
            "Start",
            context => RunAsync(context, (orchestrator, id, token) => orchestrator.StartAsync(id, token)),
            new CommandOptions { UpdateState = WhenStopped, IconName = "Play", IconVariant = IconVariant.Filled, IsHighlighted = true })
        .WithCommand(
            KnownResourceCommands.StopCommand,
            "Stop",
            context => RunAsync(context, (orchestrator, id, token) => orchestrator.StopAsync(id, token)),
            new CommandOptions { UpdateState = WhenStarted, IconName = "Stop", IconVariant = IconVariant.Filled, IsHighlighted = true })
        .WithCommand(
            KnownResourceCommands.RestartCommand,
            "Restart",
            context => RunAsync(context, (orchestrator, id, token) => orchestrator.RestartAsync(id, token)),
            new CommandOptions { UpdateState = WhenRunning, IconName = "ArrowCounterclockwise", IsHighlighted = false });

    private static async Task<ExecuteCommandResult> RunAsync(
        ExecuteCommandContext context, Func<Orchestrator, string, CancellationToken, Task> command)
    {
        await command(context.ServiceProvider.GetRequiredService<Orchestrator>(), context.ResourceName, context.CancellationToken);
        return CommandResults.Success();
    }

    private static bool IsStopped(UpdateCommandStateContext context) => context.ResourceSnapshot.State?.Text is not { } state
        || state == KnownResourceStates.NotStarted || KnownResourceStates.TerminalStates.Contains(state);

    private static ResourceCommandState WhenStopped(UpdateCommandStateContext context) =>
        IsStopped(context) ? ResourceCommandState.Enabled : ResourceCommandState.Hidden;

    private static ResourceCommandState WhenStarted(UpdateCommandStateContext context) =>
        IsStopped(context) ? ResourceCommandState.Hidden
        : context.ResourceSnapshot.State?.Text == KnownResourceStates.Stopping ? ResourceCommandState.Disabled : ResourceCommandState.Enabled;

    private static ResourceCommandState WhenRunning(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
}
