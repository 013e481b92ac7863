using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>
/// What a value of the model becomes in a cluster: addresses of workloads are known, they are their services; addresses and
/// passwords of data servers are the operator's, in one Secret per connection.
/// </summary>
internal sealed class ValueWriter(DistributedApplicationModel model)
{
    /// <summary>The key of a whole connection string in its Secret.</summary>
    public const string ConnectionStringKey = "connection-string";

    private const string ParameterKey = "value";

    public async Task<PublishedValue> WriteAsync(string variable, object value, CancellationToken cancellationToken) => value switch
    {
        PublishedValue written => written,
        string text => new PublishedValue.Plain(text),
        Uri address => new PublishedValue.Plain(address.ToString()),
        IResourceBuilder<IResource> builder => await WriteAsync(variable, builder.Resource, cancellationToken),
        ParameterResource parameter => await WriteAsync(parameter, cancellationToken),
        ConnectionStringReference reference => new PublishedValue.FromSecret(reference.Resource.Name, ConnectionStringKey, reference.Optional),
        IResourceWithConnectionString resource => new PublishedValue.FromSecret(resource.Name, ConnectionStringKey, IsOptional: false),
        EndpointReference endpoint => Write(variable, endpoint.Property(EndpointProperty.Url)),
        EndpointReferenceExpression endpoint => Write(variable, endpoint),
        ReferenceExpression expression => await WriteAsync(variable, expression, cancellationToken),
        bool or IFormattable => new PublishedValue.Plain(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
        _ => throw new PublishException($"The variable '{variable}' can't be published: it is a {value.GetType().Name}, which has a value in a run only."),
    };

    private static async Task<PublishedValue> WriteAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        if (parameter.Secret || parameter.IsConnectionString)
            return new PublishedValue.FromSecret(parameter.Name, parameter.IsConnectionString ? ConnectionStringKey : ParameterKey, IsOptional: false);
        return new PublishedValue.Plain(await parameter.GetValueAsync(cancellationToken) ?? "");
    }

    private PublishedValue Write(string variable, EndpointReferenceExpression endpoint)
    {
        var owner = endpoint.Endpoint.Resource;
        return owner is IResourceWithConnectionString
            ? InSecret(variable, owner)
            : new PublishedValue.Plain(WorkloadPorts.Address(endpoint.Endpoint).Part(endpoint.Property));
    }

    private async Task<PublishedValue> WriteAsync(string variable, ReferenceExpression expression, CancellationToken cancellationToken)
    {
        var texts = new List<object?>();
        for (var i = 0; i < expression.ValueProviders.Count; i++)
        {
            var part = await WriteAsync(variable, expression.ValueProviders[i], cancellationToken);
            if (part is not PublishedValue.Plain plain)
                return InSecret(variable, Owner(expression.ValueProviders[i]));
            texts.Add(ReferenceExpressionParts.Write(plain.Text, expression.StringFormats[i]));
        }

        return new PublishedValue.Plain(string.Format(CultureInfo.InvariantCulture, expression.Format, [.. texts]));
    }

    // A part of a connection (METERING_HOST) is a key (host) of the Secret of that connection, and not required: the connection
    // string says the same. Anything else that needs a secret is a key of its own in the Secret of the first resource it names.
    private PublishedValue.FromSecret InSecret(string variable, IResource owner)
    {
        var connection = model.Resources.OfType<IResourceWithConnectionString>()
            .Where(resource => variable.StartsWith(Prefix(resource), StringComparison.Ordinal))
            .MaxBy(resource => resource.Name.Length);
        return connection is null
            ? new PublishedValue.FromSecret(owner.Name, variable, IsOptional: false)
            : new PublishedValue.FromSecret(connection.Name, variable[Prefix(connection).Length..].ToLowerInvariant(), IsOptional: true);
    }

    private static string Prefix(IResource resource) => EnvironmentVariableName.Encode(resource.Name).ToUpperInvariant() + "_";

    private static IResource Owner(object value) => value switch
    {
        IResource resource => resource,
        EndpointReference endpoint => endpoint.Resource,
        ConnectionStringReference reference => reference.Resource,
        IValueWithReferences references => references.References.Select(Owner).First(),
        _ => throw new PublishException($"A {value.GetType().Name} belongs to no resource, so no Secret can hold it."),
    };
}
