using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The facts about a resource, in the order they were stated.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;
