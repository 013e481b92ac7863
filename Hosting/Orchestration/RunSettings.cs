using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Puts the environment and the arguments of a process together.</summary>
internal sealed class RunSettings(DistributedApplicationExecutionContext executionContext, ResourceLoggerService loggers)
{
    public async Task<IReadOnlyList<EnvironmentVariableSnapshot>> EnvironmentAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, instance.Resource, cancellationToken: cancellationToken)
        {
            Logger = Logger(instance),
        };
        foreach (var annotation in instance.Resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
            await annotation.Callback(context);

        var variables = new List<EnvironmentVariableSnapshot>();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            var text = await ValueAsync(value, instance, $"the variable {name}", cancellationToken);
            if (text is not null)
                variables.Add(new EnvironmentVariableSnapshot(name, text, IsFromSpec: true));
        }

        return variables;
    }

    public async Task<IReadOnlyList<string>> ArgumentsAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], instance.Resource, cancellationToken)
        {
            ExecutionContext = executionContext,
            Logger = Logger(instance),
        };
        foreach (var annotation in instance.Resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToList())
            await annotation.Callback(context);

        var arguments = new List<string>();
        foreach (var value in context.Args)
        {
            if (await ValueAsync(value, instance, "an argument", cancellationToken) is { } text)
                arguments.Add(text);
        }

        return arguments;
    }

    private ILogger Logger(ResourceInstance instance) => loggers.GetLogger(instance.Id);

    private static async Task<string?> ValueAsync(object? value, ResourceInstance instance, string what, CancellationToken cancellationToken) => value switch
    {
        null => null,
        string text => text,
        ReplicaValue replica => replica.ValueOf(instance.Index),
        IResourceBuilder<IResource> { Resource: IValueProvider resource } => await resource.GetValueAsync(cancellationToken),
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        bool or int or long or double or Uri => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => throw new DistributedApplicationException($"{what} is a {value.GetType().Name}, which has no text."),
    };
}
