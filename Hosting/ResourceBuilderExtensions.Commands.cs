using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Adds something people can tell the resource to do; a command of the same name is replaced.</summary>
    public static IResourceBuilder<T> WithCommand<T>(
        this IResourceBuilder<T> builder,
        string name,
        string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
        CommandOptions? commandOptions = null)
        where T : IResource
    {
        commandOptions ??= new CommandOptions();
        if (builder.Resource.Annotations.OfType<ResourceCommandAnnotation>().SingleOrDefault(c => c.Name == name) is { } existing)
            builder.Resource.Annotations.Remove(existing);
        return builder.WithAnnotation(
            new ResourceCommandAnnotation(name, displayName, commandOptions.UpdateState ?? (_ => ResourceCommandState.Enabled), executeCommand)
            {
                DisplayDescription = commandOptions.Description,
                ConfirmationMessage = commandOptions.ConfirmationMessage,
                IconName = commandOptions.IconName,
                IconVariant = commandOptions.IconVariant,
                IsHighlighted = commandOptions.IsHighlighted,
            });
    }
}
