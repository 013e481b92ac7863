using System.Text;

namespace Aspire.Hosting.Projects;

/// <summary>Splits a command line written as one text.</summary>
internal static class CommandLine
{
    public static IReadOnlyList<string> Split(string? text)
    {
        var arguments = new List<string>();
        StringBuilder? current = null;
        var quoted = false;
        foreach (var c in text ?? "")
        {
            if (c == '"')
            {
                quoted = !quoted;
                current ??= new StringBuilder();
            }
            else if (char.IsWhiteSpace(c) && !quoted)
            {
                if (current is not null)
                    arguments.Add(current.ToString());
                current = null;
            }
            else
                (current ??= new StringBuilder()).Append(c);
        }

        if (current is not null)
            arguments.Add(current.ToString());
        return arguments;
    }
}
