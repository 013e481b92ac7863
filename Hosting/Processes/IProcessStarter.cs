namespace Aspire.Hosting.Processes;

/// <summary>Starts processes on behalf of someone who answers for their end.</summary>
internal interface IProcessStarter
{
    /// <exception cref="ProcessStartException">The file is not there or can't be run.</exception>
    Task<LocalProcess> StartAsync(ProcessSpec spec, Action<ProcessOutput> onOutput);
}
