namespace Aspire.Hosting.Processes;

/// <summary>One line that a process wrote.</summary>
internal readonly record struct ProcessOutput(string Line, bool IsError);
