namespace Aspire.Hosting.ApplicationModel;

/// <summary>A program that is there already.</summary>
public class ExecutableResource : Resource,
    IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithProbes, IComputeResource
{
    public ExecutableResource(string name, string command, string workingDirectory) : base(name) =>
        Annotations.Add(new ExecutableAnnotation { Command = command, WorkingDirectory = workingDirectory });

    public string Command => this.Last<ExecutableAnnotation>()!.Command;

    public string WorkingDirectory => this.Last<ExecutableAnnotation>()!.WorkingDirectory;
}
