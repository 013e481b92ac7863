using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;

namespace Aspire.Hosting.Publishing;

/// <summary>Reads from the model what a cluster runs, in the order of the names.</summary>
internal sealed class WorkloadReader(DistributedApplicationModel model)
{
    // The path by which ASP.NET Core services here and in Aspire's templates tell that they are alive, apart from being ready.
    private const string LivenessPath = "/alive";

    // Where they tell Prometheus their metrics.
    private const string MetricsPath = "/metrics";

    private static readonly DistributedApplicationExecutionContext Publish = new(DistributedApplicationOperation.Publish);

    private readonly ValueWriter _values = new(model);

    /// <exception cref="PublishException">Something in the model can't be published.</exception>
    public async Task<IReadOnlyList<Workload>> ReadAsync(CancellationToken cancellationToken)
    {
        List<Workload> workloads = [];
        foreach (var resource in model.Resources.OrderBy(resource => resource.Name, StringComparer.Ordinal))
        {
            if (await ReadAsync(resource, cancellationToken) is { } workload)
                workloads.Add(workload);
        }

        return workloads;
    }

    private async Task<Workload?> ReadAsync(IResource resource, CancellationToken cancellationToken)
    {
        if (resource.IsExcludedFromPublish())
            return null;
        return resource switch
        {
            // Data servers are outside: whoever operates the cluster says where.
            IResourceWithConnectionString or ParameterResource or IComputeEnvironmentResource => null,
            ProjectResource project => await ReadAsync(project, ImageOf(project), cancellationToken),
            ContainerResource container => await ReadAsync(container, ImageOf(container), cancellationToken),
            ExecutableResource executable => throw new PublishException(
                $"The executable '{executable.Name}' ({executable.Command}) can't be published: a cluster runs images, not programs of this machine."),
            _ => throw new PublishException($"The resource '{resource.Name}' can't be published: nothing is known about a {resource.GetType().Name} in a cluster."),
        };
    }

    /// <summary>What the model sets for a data server.</summary>
    public async Task<IReadOnlyList<WorkloadVariable>> ReadServerEnvironmentAsync(IResource server, CancellationToken cancellationToken) =>
        await WriteAsync(await EvaluateEnvironmentAsync(server, cancellationToken), cancellationToken);

    private async Task<Workload> ReadAsync(IResource resource, WorkloadImage image, CancellationToken cancellationToken)
    {
        if (!image.IsBuilt && IsWaitedForCompletion(resource))
            throw new PublishException(
                $"The container '{resource.Name}' can't be published: others wait for its completion, and in a cluster they ask by running its image with '--wait', which only a project of the model is known to understand.");
        var kind = IsWaitedForCompletion(resource) ? WorkloadKind.RunOnce : WorkloadKind.Service;
        var ports = kind == WorkloadKind.Service ? WorkloadPorts.Of(resource) : [];
        var checks = resource.Annotations.OfType<HttpHealthCheckAnnotation>().Select(ToCheck).OfType<HttpCheck>().ToList();
        var variables = await EvaluateEnvironmentAsync(resource, cancellationToken);
        var arrows = WorkloadArrows.Of(variables.Values);
        if (resource is ProjectResource)
            WorkloadEnvironment.AddTo(variables, resource.Name, ports);
        return new Workload(ClusterName.Of(resource), kind)
        {
            Image = image,
            Replicas = resource.Last<ReplicaAnnotation>()?.Replicas,
            Arguments = await ReadArgumentsAsync(resource, cancellationToken),
            Ports = ports,
            Environment = await WriteAsync(variables, cancellationToken),
            Arrows = arrows,
            WaitsFor = [.. AwaitedBy(resource).Where(awaited => awaited.WaitType == WaitType.WaitForCompletion).Select(awaited => ClusterName.Of(awaited.Resource))],
            Readiness = checks.FirstOrDefault(check => check.Path != LivenessPath),
            Liveness = checks.Count == 0 ? null : checks[0] with { Path = LivenessPath },
            Metrics = resource is ProjectResource && checks.Count > 0 ? checks[0] with { Path = MetricsPath } : null,
        };
    }

    private bool IsWaitedForCompletion(IResource resource) => model.Resources
        .SelectMany(AwaitedBy)
        .Any(wait => wait.Resource == resource && wait.WaitType == WaitType.WaitForCompletion);

    private static IEnumerable<WaitAnnotation> AwaitedBy(IResource resource) => resource.Annotations.OfType<WaitAnnotation>();

    private static WorkloadImage ImageOf(ProjectResource project)
    {
        var metadata = project.Last<IProjectMetadata>() ?? throw new PublishException($"The project '{project.Name}' has no project file.");
        return new WorkloadImage(Path.GetFileNameWithoutExtension(metadata.ProjectPath).ToLowerInvariant(), WorkloadImage.DefaultTag, IsBuilt: true);
    }

    private static WorkloadImage ImageOf(ContainerResource container)
    {
        var image = container.Last<ContainerImageAnnotation>() ?? throw new PublishException($"The container '{container.Name}' has no image.");
        if (image.Tag is null or "latest")
            throw new PublishException($"The container '{container.Name}' ({image.Image}) can't be published without a fixed tag: what 'latest' is changes.");
        if (container.Last<ContainerMountAnnotation>() is { } mount)
            throw new PublishException($"The container '{container.Name}' can't be published: its data in '{mount.Target}' needs a volume claim.");
        return new WorkloadImage(image.Registry is null ? image.Image : $"{image.Registry}/{image.Image}", image.Tag, IsBuilt: false);
    }

    private static HttpCheck? ToCheck(HttpHealthCheckAnnotation check) =>
        WorkloadPorts.Find(check.Endpoint) is { } port ? new HttpCheck(check.Path, port.Name) : null;

    private async Task<IReadOnlyList<string>> ReadArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken) { ExecutionContext = Publish };
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(context);

        List<string> arguments = [];
        foreach (var argument in context.Args)
        {
            var value = await _values.WriteAsync("argument", argument, cancellationToken);
            arguments.Add(ValueWriter.TextOf(value)
                ?? throw new PublishException($"An argument of '{resource.Name}' holds a secret; give it as an environment variable."));
        }

        return arguments;
    }

    private static async Task<Dictionary<string, object>> EvaluateEnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(Publish, resource, cancellationToken: cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);
        return context.EnvironmentVariables;
    }

    private async Task<IReadOnlyList<WorkloadVariable>> WriteAsync(Dictionary<string, object> variables, CancellationToken cancellationToken)
    {
        List<WorkloadVariable> written = [];
        foreach (var (name, value) in variables.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!IsLeftOut(value))
                written.Add(new WorkloadVariable(name, await _values.WriteAsync(name, value, cancellationToken)));
        }

        return written;
    }

    // service discovery's address of an HTTPS endpoint that the gateway ends.
    private static bool IsLeftOut(object value) => value is EndpointReference endpoint && endpoint.Resource is not IResourceWithConnectionString && WorkloadPorts.Find(endpoint) is null;
}
