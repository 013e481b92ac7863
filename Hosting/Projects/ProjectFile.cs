namespace Aspire.Hosting.Projects;

/// <summary>A project that was named by its path.</summary>
internal sealed record ProjectFile(string ProjectPath) : IProjectMetadata;
