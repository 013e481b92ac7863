namespace Aspire.Hosting.Orchestration;

/// <summary>A resource can't start, because another one failed.</summary>
internal sealed class DependencyFailedException(string message) : DistributedApplicationException(message);
