namespace Aspire.Hosting.ApplicationModel;

/// <summary>A further part of a resource's connection, injected as <c>{NAME}_{PROPERTY}</c>.</summary>
public sealed class ConnectionPropertyAnnotation(string name, ReferenceExpression referenceExpression) : IResourceAnnotation
{
    public string Name { get; } = name;

    public ReferenceExpression Value { get; } = referenceExpression;
}
