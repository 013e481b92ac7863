using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>A server that a run starts as a plain process on loopback.</summary>
internal interface ILocalServer
{
    /// <summary>Finds or installs the program and makes its data folder.</summary>
    Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Completes when the started server can be used. While it doesn't answer this keeps trying, so whoever calls it
    /// watches the process and cancels.
    /// </summary>
    Task ReadyAsync(CancellationToken cancellationToken);
}
