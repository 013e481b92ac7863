namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something people can tell a resource to do.</summary>
public sealed class ResourceCommandAnnotation(
    string name,
    string displayName,
    Func<UpdateCommandStateContext, ResourceCommandState> updateState,
    Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand) : IResourceAnnotation
{
    public string Name { get; } = name;

    public string DisplayName { get; } = displayName;

    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; } = updateState;

    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; } = executeCommand;

    public string? DisplayDescription { get; init; }

    public string? ConfirmationMessage { get; init; }

    public string? IconName { get; init; }

    public IconVariant? IconVariant { get; init; }

    public bool IsHighlighted { get; init; }

    internal ResourceCommandSnapshot ToSnapshot(ResourceCommandState state) => new(Name, state, DisplayName)
    {
        DisplayDescription = DisplayDescription,
        ConfirmationMessage = ConfirmationMessage,
        IconName = IconName,
        IconVariant = IconVariant,
        IsHighlighted = IsHighlighted,
    };
}

public enum ResourceCommandState
{
    Enabled = 0,
    Disabled = 1,
    Hidden = 2,
}

public enum IconVariant
{
    Regular = 0,
    Filled = 1,
}
