namespace Aspire.Hosting.ApplicationModel;

/// <summary>One line of a resource's log, numbered from 1; the content starts with the time it was written, in UTC.</summary>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);
