namespace Aspire.Hosting.ApplicationModel;

/// <summary>The start of a resource waits for another one.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    public IResource Resource { get; } = resource;

    public WaitType WaitType { get; } = waitType;

    /// <summary>Null means the default of the run: wait for a repair when someone watches, stop in tests.</summary>
    public WaitBehavior? WaitBehavior { get; init; }

    /// <summary>What <see cref="WaitType.WaitForCompletion"/> expects.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>What is waited for.</summary>
public enum WaitType
{
    WaitUntilHealthy = 0,
    WaitForCompletion = 1,
    WaitUntilStarted = 2,
}

/// <summary>What a wait does when the other resource failed.</summary>
public enum WaitBehavior
{
    /// <summary>Goes on waiting: it may be started again.</summary>
    WaitOnResourceUnavailable = 0,

    /// <summary>Fails.</summary>
    StopOnResourceUnavailable = 1,
}
