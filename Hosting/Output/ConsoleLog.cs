using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Output;

/// <summary>Writes to the console, every line with the name of the resource it belongs to, coloured on a terminal.</summary>
internal sealed class ConsoleLog(DistributedApplicationModel model, ResourceLoggerService loggers, TextWriter writer, bool isColoured)
{
    private const int MaxWidth = 20;
    private const string Reset = "\u001b[0m";
    private static readonly string[] Colours = ["\u001b[36m", "\u001b[33m", "\u001b[35m", "\u001b[32m", "\u001b[34m", "\u001b[96m", "\u001b[93m", "\u001b[95m"];

    private readonly Lock _gate = new();
    private volatile bool _live;

    /// <summary>Coloured on a terminal, unless <c>NO_COLOR</c> says otherwise (no-color.org).</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is not { Length: > 0 };

    /// <summary>How wide the column of names is.</summary>
    public int Width { get; } = Math.Min(MaxWidth, model.Resources.Select(r => r.Name.Length).DefaultIfEmpty().Max());

    /// <summary>From now on every line of a resource is written; before, the states are what matters.</summary>
    public void GoLive() => _live = true;

    public void Follow()
    {
        foreach (var instance in model.Resources.SelectMany(r => r.Instances()))
        {
            var resource = instance.Resource;
            var name = resource.GetReplicaCount() > 1 ? $"{resource.Name}/{instance.Index}" : resource.Name;
            loggers.Log(instance.Id).Written += (line, _) =>
            {
                if (_live)
                    Write(name, model.Resources.IndexOf(resource), line);
            };
        }
    }

    public void Write(IResource resource, string line) => Write(resource.Name, model.Resources.IndexOf(resource), line);

    public void Write(string line)
    {
        lock (_gate)
            writer.WriteLine(line);
    }

    private void Write(string name, int index, string line)
    {
        var padded = name.PadRight(Width);
        Write(isColoured ? $"{Colours[Math.Max(0, index) % Colours.Length]}{padded} |{Reset} {line}" : $"{padded} | {line}");
    }
}
