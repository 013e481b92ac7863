namespace Aspire.Hosting.Processes;

/// <summary>How to start one local process.</summary>
internal sealed record ProcessSpec(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Added to the variables of this process; a null value removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null means the folder of this process.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The Unix user that runs the program; null means the user of this process. Only root can name another.</summary>
    public string? UserName { get; init; }

    /// <summary>Whether it gets the processor only when nothing else of the run wants it.</summary>
    public bool IsSecondary { get; init; }

    /// <summary>Written to the standard input, which is then closed unless <see cref="KeepInputOpen"/>.</summary>
    public string? Input { get; init; }

    /// <summary>Leaves the standard input open for <see cref="LocalProcess.WriteLineAsync"/>.</summary>
    public bool KeepInputOpen { get; init; }

    /// <summary>What asks the process to end by itself.</summary>
    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;
}
