using Aspire.Hosting.ApplicationModel;
using Proto = Aspire.Hosting.Dashboard.Contract;

namespace Aspire.Hosting.Dashboard;

/// <summary>Console lines as wire messages that stay under gRPC's 4 MiB, at up to three bytes a character.</summary>
internal static class ConsoleLogMessage
{
    public const int MaxCharacters = 1024 * 1024;

    public static IEnumerable<Proto.WatchResourceConsoleLogsUpdate> From(IEnumerable<LogLine> lines)
    {
        var update = new Proto.WatchResourceConsoleLogsUpdate();
        var characters = 0;
        foreach (var line in lines)
        {
            var text = line.Content.Length > MaxCharacters ? line.Content[..MaxCharacters] : line.Content;
            if (characters + text.Length > MaxCharacters)
            {
                yield return update;
                update = new();
                characters = 0;
            }

            update.LogLines.Add(new Proto.ConsoleLogLine { Text = text, IsStdErr = line.IsErrorMessage, LineNumber = line.LineNumber });
            characters += text.Length;
        }

        if (update.LogLines.Count > 0)
            yield return update;
    }
}
