using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private const string OperationKey = "AppHost:Operation";

    // Aspire's own words for publishing.
    private static readonly Dictionary<string, string> Switches = new()
    {
        ["--operation"] = OperationKey,
        ["--step"] = "Pipeline:Step",
        ["--output-path"] = "Pipeline:OutputPath",
    };

    private readonly HostApplicationBuilder _host;
    private readonly EntryPointCapture? _capture = EntryPointCapture.Current;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        _capture?.Configure(options);
        Options = options;
        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
        AppHostDirectory = options.ProjectDirectory ?? FindProjectDirectory(AppHostAssembly) ?? Directory.GetCurrentDirectory();
        var args = CommandLineSwitches.Complete(options.Args ?? []);
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = args,
            // Its files are not watched: below the AppHost's folder lie build output and the data of servers.
            Configuration = new ConfigurationManager { ["hostBuilder:reloadConfigOnChange"] = "false" },
            ApplicationName = AppHostAssembly?.GetName().Name,
            ContentRootPath = AppHostDirectory,
        });
        _host.Configuration.AddCommandLine(args, Switches);
        ExecutionContext = new DistributedApplicationExecutionContext(
            string.Equals(Configuration[OperationKey], "publish", StringComparison.OrdinalIgnoreCase)
                ? DistributedApplicationOperation.Publish
                : DistributedApplicationOperation.Run);
        EngineServices.Add(this);
    }

    public DistributedApplicationOptions Options { get; }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new DistributedApplicationResourceBuilder<T>(this, resource);

    // Called by an AppHost that a test runs, this does not return: the test builds.
    public DistributedApplication Build() => _capture is null ? BuildApplication() : _capture.HandOver(this);

    public DistributedApplication BuildApplication()
    {
        WaitGraph.Validate([.. Resources]);
        var application = new DistributedApplication(_host.Build());
        ExecutionContext.ServiceProvider = application.Services;
        return application;
    }

    private static string? FindProjectDirectory(Assembly? assembly) => assembly?
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Where(m => m.Key == "apphostprojectpath")
        .Select(m => m.Value)
        .FirstOrDefault(Directory.Exists);
}
