namespace Aspire.Hosting.ApplicationModel;

/// <summary>The connection string of a resource as the value of a variable.</summary>
public class ConnectionStringReference(IResourceWithConnectionString resource, bool optional) : IExpressionValue, IValueWithReferences
{
    public IResourceWithConnectionString Resource { get; } = resource;

    /// <summary>Whether the variable is left out when there is no connection string; else that is an error.</summary>
    public bool Optional { get; } = optional;

    string IManifestExpressionProvider.ValueExpression => Resource.ValueExpression;

    IEnumerable<object> IValueWithReferences.References => [Resource];

    async ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken)
    {
        var value = await Resource.GetValueAsync(cancellationToken);
        if (string.IsNullOrEmpty(value) && !Optional)
            throw new DistributedApplicationException(
                $"The connection string '{Resource.Name}' is missing: set the configuration key 'ConnectionStrings:{Resource.Name}'.");
        return value;
    }
}
