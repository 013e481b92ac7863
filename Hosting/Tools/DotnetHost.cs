using System.Runtime.InteropServices;

namespace Aspire.Hosting.Tools;

/// <summary>The <c>dotnet</c> program of the runtime that this process runs on, whether or not it is in PATH.</summary>
internal static class DotnetHost
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        var program = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        // <root>/shared/Microsoft.NETCore.App/<version>/
        var root = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var host = System.IO.Path.Combine(root, program);
        return File.Exists(host) ? host : program;
    }
}
