using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>
/// What a value of the model becomes in a cluster: addresses of workloads are known, they are their services; addresses and
/// passwords of data servers are the operator's, in one Secret per connection.
/// </summary>
internal sealed class ValueWriter
{
    /// <summary>The key of a whole connection string in its Secret.</summary>
    public const string ConnectionStringKey = "connection-string";

    /// <summary>The key of a secret parameter in its Secret.</summary>
    public const string ParameterKey = "value";

    // METERING_HOST and so on: where each part of a connection is injected.
    private readonly Dictionary<string, PublishedValue.FromSecret> _connectionParts = new(StringComparer.Ordinal);

    public ValueWriter(DistributedApplicationModel model)
    {
        foreach (var connection in model.Resources.OfType<IResourceWithConnectionString>())
        {
            var names = connection.GetConnectionProperties().Select(property => property.Key)
                .Concat(connection.Annotations.OfType<ConnectionPropertyAnnotation>().Select(property => property.Name));
            // Not required: the connection string says the same.
            foreach (var name in names)
                _connectionParts[$"{EnvironmentVariableName.Encode(connection.Name)}_{name}".ToUpperInvariant()] =
                    new PublishedValue.FromSecret(ClusterName.Of(connection), name.ToLowerInvariant(), IsOptional: true);
        }
    }

    public async Task<PublishedValue> WriteAsync(string variable, object value, CancellationToken cancellationToken) => value switch
    {
        ReferenceExpression when _connectionParts.TryGetValue(variable, out var part) => part,
        PublishedValue written => written,
        string text => new PublishedValue.Plain(text),
        Uri address => new PublishedValue.Plain(address.ToString()),
        IResourceBuilder<IResource> builder => await WriteAsync(variable, builder.Resource, cancellationToken),
        ParameterResource parameter => await WriteAsync(parameter, cancellationToken),
        ConnectionStringReference reference => new PublishedValue.FromSecret(ClusterName.Of(reference.Resource), ConnectionStringKey, reference.Optional),
        IResourceWithConnectionString resource => new PublishedValue.FromSecret(ClusterName.Of(resource), ConnectionStringKey, IsOptional: false),
        EndpointReference endpoint => Write(variable, endpoint.Property(EndpointProperty.Url)),
        EndpointReferenceExpression endpoint => Write(variable, endpoint),
        ReferenceExpression expression => await WriteAsync(variable, expression, cancellationToken),
        bool or IFormattable => new PublishedValue.Plain(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
        _ => throw new PublishException($"The variable '{variable}' can't be published: it is a {value.GetType().Name}, which has a value in a run only."),
    };

    private static async Task<PublishedValue> WriteAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        if (parameter.Secret || parameter.IsConnectionString)
            return new PublishedValue.FromSecret(ClusterName.Of(parameter), parameter.IsConnectionString ? ConnectionStringKey : ParameterKey, IsOptional: false);
        return new PublishedValue.FromSetting(ClusterName.Of(parameter), await parameter.GetValueAsync(cancellationToken) ?? "");
    }

    private static PublishedValue Write(string variable, EndpointReferenceExpression endpoint)
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
            if (TextOf(part) is not { } text)
                return InSecret(variable, Owner(expression.ValueProviders[i]));
            texts.Add(ReferenceExpressionParts.Write(text, expression.StringFormats[i]));
        }

        return new PublishedValue.Plain(string.Format(CultureInfo.InvariantCulture, expression.Format, [.. texts]));
    }

    /// <summary>What is known now; null for what the operator or the pod knows. A piece of a longer text can't be set later.</summary>
    public static string? TextOf(PublishedValue value) => value switch
    {
        PublishedValue.Plain plain => plain.Text,
        PublishedValue.FromSetting setting => setting.Text,
        _ => null,
    };

    // What needs more than a connection string or a parameter is a key of its own, in the Secret of the resource it needs.
    private static PublishedValue.FromSecret InSecret(string variable, IResource owner) => new(ClusterName.Of(owner), variable, IsOptional: false);

    private static IResource Owner(object value) => value switch
    {
        IResource resource => resource,
        EndpointReference endpoint => endpoint.Resource,
        ConnectionStringReference reference => reference.Resource,
        IValueWithReferences references => references.References.Select(Owner).First(),
        _ => throw new PublishException($"A {value.GetType().Name} belongs to no resource, so no Secret can hold it."),
    };
}
