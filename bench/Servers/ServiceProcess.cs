using System.Net.Http.Headers;
using Aspire.Hosting.Testing;

namespace CloudNative.Bench.Servers;

/// <summary>One service of the product, in a process of its own.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromMinutes(2);

    private readonly DistributedApplication _application;
    private readonly string _name;

    private ServiceProcess(DistributedApplication application, string name)
    {
        _application = application;
        _name = name;
    }

    /// <summary>Known once it was healthy.</summary>
    public int Process { get; private set; }

    public Uri Address => _application.GetEndpoint(_name);

    /// <summary>Starts it and waits until it is healthy.</summary>
    public static async Task<ServiceProcess> StartAsync<TProject>(
        string name, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
        where TProject : IProjectMetadata, new()
    {
        var service = await LaunchAsync<TProject>(name, environment, cancellationToken);
        await service.HealthyAsync(cancellationToken);
        return service;
    }

    /// <summary>Starts it and does not wait.</summary>
    public static async Task<ServiceProcess> LaunchAsync<TProject>(
        string name, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
        where TProject : IProjectMetadata, new()
    {
        var builder = Engine.CreateBuilder();
        Add<TProject>(builder, name, environment).WithHttpEndpoint().WithHttpHealthCheck("/health");
        return new ServiceProcess(await Engine.StartAsync(builder, cancellationToken), name);
    }

    /// <summary>Runs a service that ends by itself, with exit code 0.</summary>
    public static async Task RunToEndAsync<TProject>(
        string name, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
        where TProject : IProjectMetadata, new()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(EndTimeout);
        var builder = Engine.CreateBuilder();
        Add<TProject>(builder, name, environment);
        await using var application = await Engine.StartAsync(builder, deadline.Token);
        var state = await application.ResourceNotifications.WaitForResourceAsync(name, KnownResourceStates.TerminalStates, deadline.Token);
        if (state != KnownResourceStates.Finished)
            throw new DistributedApplicationException($"'{name}' ended badly ({state}).");
    }

    public async Task HealthyAsync(CancellationToken cancellationToken) =>
        Process = await _application.HealthyProcessAsync(_name, cancellationToken);

    /// <summary>SIGKILL, and a new process as soon as the old one is gone.</summary>
    public async Task KillAndRestartAsync(CancellationToken cancellationToken)
    {
        using (var process = System.Diagnostics.Process.GetProcessById(Process))
            process.Kill();
        await _application.ResourceNotifications.WaitForResourceAsync(_name, KnownResourceStates.TerminalStates, cancellationToken);
        var started = await _application.ResourceCommands.ExecuteCommandAsync(_name, KnownResourceCommands.StartCommand, cancellationToken);
        if (!started.Success)
            throw new DistributedApplicationException($"'{_name}' did not start again: {started.ErrorMessage}");
    }

    /// <summary>A client for what is not measured.</summary>
    public HttpClient Client(string apiKey)
    {
        var client = _application.CreateHttpClient(_name);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        return client;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static IResourceBuilder<ProjectResource> Add<TProject>(
        IDistributedApplicationTestingBuilder builder, string name, IReadOnlyDictionary<string, string> environment)
        where TProject : IProjectMetadata, new()
    {
        var project = builder.AddProject<TProject>(name, launchProfileName: null);
        foreach (var (variable, value) in environment)
            project.WithEnvironment(variable, value);
        return project;
    }
}
