using Aspire.Hosting.Tools;

namespace Aspire.Hosting.Processes;

/// <summary>This assembly as a program: what the engine needs in a process of its own is a verb of <c>Program.cs</c>.</summary>
internal static class EngineProgram
{
    public static ProcessSpec Spec(params string[] arguments)
    {
        var assembly = typeof(EngineProgram).Assembly.Location;
        return new ProcessSpec(DotnetHost.Path, ["exec", assembly, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(assembly),
            // Small and short-lived: quick to start matters, the last bit of speed doesn't.
            Environment = new Dictionary<string, string?> { ["DOTNET_TieredPGO"] = "0" },
        };
    }
}
