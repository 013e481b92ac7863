using System.Reflection;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Runs the entry point of an AppHost up to its <c>Build()</c> and keeps the builder for a test.</summary>
internal sealed class EntryPointCapture(Assembly appHost, string[] args, Action<DistributedApplicationOptions>? configure)
{
    /// <summary>The configuration key of a run that writes nothing to the console.</summary>
    public const string QuietKey = "AppHost:Quiet";

    private static readonly AsyncLocal<EntryPointCapture?> Ambient = new();
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set in the flow of an entry point that a test runs.</summary>
    public static EntryPointCapture? Current => Ambient.Value;

    public void Configure(DistributedApplicationOptions options)
    {
        options.AssemblyName ??= appHost.FullName;
        options.DisableDashboard = true;
        options.Args =
        [
            $"--{LocalRunOptions.RandomizePortsKey}=true",
            $"--{QuietKey}=true",
            // As dotnet run has it from the AppHost's launch profile.
            $"--{HostDefaults.EnvironmentKey}={Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Development}",
            // The given ones come last, because the last one wins.
            .. options.Args ?? [],
        ];
        configure?.Invoke(options);
    }

    /// <summary>Called by <c>Build()</c>: the test has the builder now, and the entry point ends.</summary>
    public DistributedApplication HandOver(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
        throw new EntryPointEndedException();
    }

    public async Task<DistributedApplicationBuilder> RunAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: an entry point may block, and an AppHost may ask for a thread's apartment or name.
        var thread = new Thread(RunEntryPoint) { IsBackground = true, Name = appHost.GetName().Name };
        thread.Start();
        return await _builder.Task.WaitAsync(cancellationToken);
    }

    private void RunEntryPoint()
    {
        Ambient.Value = this;
        try
        {
            var entryPoint = appHost.EntryPoint ?? throw new InvalidOperationException($"{appHost.FullName} has no entry point.");
            entryPoint.Invoke(null, entryPoint.GetParameters().Length == 0 ? null : [args]);
            _builder.TrySetException(new InvalidOperationException($"The entry point of {appHost.FullName} ended without building an application."));
        }
        catch (TargetInvocationException e) when (e.InnerException is EntryPointEndedException)
        {
            // As intended: whatever comes after Build() is the test's.
        }
        catch (TargetInvocationException e)
        {
            _builder.TrySetException(e.InnerException ?? e);
        }
        catch (Exception e)
        {
            _builder.TrySetException(e);
        }
    }

    /// <summary>Unwinds an entry point; an AppHost has no reason to catch it.</summary>
    private sealed class EntryPointEndedException() : Exception("The entry point ends here, because a test goes on with its builder.");
}
