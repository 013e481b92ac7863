namespace Aspire.Hosting.ApplicationModel;

/// <summary>Its environment variables can be set.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>Its command line can be set.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>It listens somewhere.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>Its start can wait for other resources.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>Its liveness and readiness can be asked for.</summary>
public interface IResourceWithProbes : IResource;

/// <summary>It runs code somewhere: locally, or in a compute environment when published.</summary>
public interface IComputeResource : IResource;

/// <summary>It belongs to another resource, which must be there first.</summary>
public interface IResourceWithParent : IResource
{
    IResource Parent { get; }
}

public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}

/// <summary>Where compute resources are published to.</summary>
public interface IComputeEnvironmentResource : IResource;
