using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>What makes a resource without a process of its own real, such as creating a database.</summary>
internal sealed class InitializerAnnotation(Func<CancellationToken, Task> initialize) : IResourceAnnotation
{
    public Task InitializeAsync(CancellationToken cancellationToken) => initialize(cancellationToken);
}
