namespace Aspire.Hosting.Processes;

/// <summary>A process could not be started at all: no such file, not executable, no such working folder.</summary>
internal sealed class ProcessStartException(ProcessSpec spec, Exception inner)
    : DistributedApplicationException($"'{spec.FileName}' can't be started in '{spec.WorkingDirectory ?? "."}': {inner.Message}", inner);
