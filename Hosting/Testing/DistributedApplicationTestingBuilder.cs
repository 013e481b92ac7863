using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Builds applications for tests: on free ports, without a dashboard and without a word on the console, each with data of its own
/// that ends with it.
/// </summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs the entry point of an AppHost up to its <c>Build()</c>.</summary>
    /// <typeparam name="TEntryPoint">Any type of the AppHost's assembly; by convention <c>Projects.AppHost</c>.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)"/>
    /// <param name="args">The command line of the AppHost.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint).Assembly, args, configure: null, cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)"/>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(string[], CancellationToken)"/>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint.Assembly, args, configure: null, cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(string[], CancellationToken)"/>
    /// <param name="configureBuilder">Changes the options of the AppHost's builder; the host's settings are shown, not taken.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint,
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default) => CreateAsync(
            entryPoint.Assembly, args, options => configureBuilder(options, new HostApplicationBuilderSettings { Args = args }), cancellationToken);

    /// <summary>An application without an AppHost: the test adds the resources.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
    {
        var options = new DistributedApplicationOptions { Args = args };
        new EntryPointCapture(Assembly.GetCallingAssembly(), args, configure: null).Configure(options);
        return new TestingBuilder(new DistributedApplicationBuilder(options));
    }

    private static async Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Assembly appHost, string[] args, Action<DistributedApplicationOptions>? configure, CancellationToken cancellationToken) =>
        new TestingBuilder(await new EntryPointCapture(appHost, args, configure).RunAsync(cancellationToken));
}
