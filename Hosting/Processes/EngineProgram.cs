using Aspire.Hosting.Tools;

namespace Aspire.Hosting.Processes;

/// <summary>This assembly as a program: what the engine needs in a process of its own is a verb of <c>Program.cs</c>.</summary>
internal static class EngineProgram
{
    private static readonly string Assembly = typeof(EngineProgram).Assembly.Location;

    public static ProcessSpec Spec(params string[] arguments) => Run(Assembly, arguments);

    /// <summary>
    /// Runs a copy in the folder, for a verb that needs nothing but this assembly. A build during a run overwrites the original,
    /// and on Unix whoever runs it crashes then. (Windows doesn't let it be overwritten, nor a running copy be deleted.)
    /// </summary>
    public static ProcessSpec SpecOfCopy(string folder, params string[] arguments)
    {
        if (OperatingSystem.IsWindows())
            return Spec(arguments);

        Directory.CreateDirectory(folder);
        foreach (var file in new[] { Assembly, Path.ChangeExtension(Assembly, ".runtimeconfig.json") })
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        return Run(Path.Combine(folder, Path.GetFileName(Assembly)), arguments);
    }

    private static ProcessSpec Run(string assembly, string[] arguments) => new(DotnetHost.Path, ["exec", assembly, .. arguments])
    {
        WorkingDirectory = Path.GetTempPath(),
        // Small programs: quick to start matters, the last bit of speed doesn't.
        Environment = new Dictionary<string, string?> { ["DOTNET_TieredPGO"] = "0" },
    };
}
