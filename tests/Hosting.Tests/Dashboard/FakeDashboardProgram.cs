using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Tools;
using CloudNative.Tests;

namespace CloudNative.Hosting.Tests.Dashboard;

/// <summary>A cache in which a shell script stands for the dashboard's program; it finds the number of its starts in the file <c>starts</c>.</summary>
internal sealed class FakeDashboardProgram : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hosting-tests-").FullName;
    private readonly string _folder;

    public FakeDashboardProgram(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It needs a POSIX shell.");
        Assert.SkipWhen(DashboardProgram.Package is null, "There is no dashboard for this platform.");
        var package = DashboardProgram.Package!;
        _folder = Path.Combine(_root, package.CacheName, "node_modules", package.Name);
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName, "aspire");
        File.WriteAllText(program, $"#!/bin/sh\necho start >> starts\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public UserCache Cache => new(_root);

    public int Starts => File.Exists(StartsFile) ? File.ReadAllLines(StartsFile).Length : 0;

    private string StartsFile => Path.Combine(_folder, "starts");

    public Task IsStartedAsync(int times) =>
        Eventually.GetAsync(_ => Task.FromResult(Starts), starts => starts == times, $"{times} starts of the dashboard's program");

    /// <summary>Makes the file <c>end</c>.</summary>
    public void End() => File.WriteAllText(Path.Combine(_folder, "end"), "");

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
