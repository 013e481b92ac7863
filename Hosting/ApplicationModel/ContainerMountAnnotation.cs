namespace Aspire.Hosting.ApplicationModel;

/// <summary>Data of a resource that outlives its run.</summary>
public sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    /// <summary>The volume's name; null means one made from the resource's name.</summary>
    public string? Source { get; } = source;

    public string Target { get; } = target;

    public ContainerMountType Type { get; } = type;

    public bool IsReadOnly { get; } = isReadOnly;
}

public enum ContainerMountType
{
    BindMount = 0,
    Volume = 1,
}
