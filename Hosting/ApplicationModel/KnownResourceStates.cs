namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states of a resource, as Aspire's dashboard knows them.</summary>
public static class KnownResourceStates
{
    public static readonly string Hidden = nameof(Hidden);
    public static readonly string NotStarted = nameof(NotStarted);
    public static readonly string Waiting = nameof(Waiting);
    public static readonly string Starting = nameof(Starting);
    public static readonly string Running = nameof(Running);
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);
    public static readonly string Active = nameof(Active);
    public static readonly string ValueMissing = nameof(ValueMissing);
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>Ended with an exit code other than 0, or was stopped.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>Ended by itself with exit code 0.</summary>
    public static readonly string Finished = nameof(Finished);
    public static readonly string FailedToStart = nameof(FailedToStart);

    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>How a state is coloured.</summary>
public static class KnownResourceStateStyles
{
    public static readonly string Error = "error";
    public static readonly string Success = "success";
    public static readonly string Info = "info";
    public static readonly string Warn = "warning";
}
