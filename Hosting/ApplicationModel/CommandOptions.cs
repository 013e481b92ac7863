namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a command is shown and when it can be given.</summary>
public class CommandOptions
{
    public string? Description { get; set; }

    /// <summary>Asked before the command is executed.</summary>
    public string? ConfirmationMessage { get; set; }

    public string? IconName { get; set; }

    public IconVariant? IconVariant { get; set; }

    public bool IsHighlighted { get; set; }

    /// <summary>Null means always enabled.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}
