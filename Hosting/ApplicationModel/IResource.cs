namespace Aspire.Hosting.ApplicationModel;

/// <summary>One part of the system: a name and the facts known about it.</summary>
public interface IResource
{
    string Name { get; }

    ResourceAnnotationCollection Annotations { get; }
}
