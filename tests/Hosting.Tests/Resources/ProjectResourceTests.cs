using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace CloudNative.Hosting.Tests.Resources;

public sealed class ProjectResourceTests
{
    [Fact]
    public async Task Start_ProjectThatEndsAtOnce_TellsExitCodeAndItsLastLines()
    {
        var error = await StartAsync<EndingProject>();
        Assert.Contains("Exited with exit code 2", error, StringComparison.Ordinal);
        Assert.Contains("| This program is started by the AppHost", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ProjectThatIsNotBuilt_SaysHowToBuildIt() =>
        Assert.Contains("is not built: run dotnet build", await StartAsync<UnbuiltProject>(), StringComparison.Ordinal);

    private static async Task<string> StartAsync<TProject>()
        where TProject : IProjectMetadata, new()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddProject<TProject>("project");
        await using var application = await builder.BuildAsync(TestContext.Current.CancellationToken);
        await application.StartAsync(TestContext.Current.CancellationToken);
        await application.ResourceNotifications.WaitForResourceAsync(
            "project", KnownResourceStates.TerminalStates, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => application.ResourceNotifications.WaitForResourceHealthyAsync("project", TestContext.Current.CancellationToken));
        return error.Message;
    }

    /// <summary>The engine itself: a program that refuses to run without a verb.</summary>
    private sealed class EndingProject : IBuiltProjectMetadata
    {
        public string ProjectPath => Path.Combine(AppContext.BaseDirectory, "Hosting.csproj");

        public string TargetPath => Path.Combine(AppContext.BaseDirectory, "Hosting.dll");
    }

    private sealed class UnbuiltProject : IProjectMetadata
    {
        public string ProjectPath => Path.Combine(AppContext.BaseDirectory, "Nothing.csproj");
    }
}
