using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Connection strings put together from other resources.</summary>
public static class ConnectionStringBuilderExtensions
{
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, ReferenceExpression connectionStringExpression)
    {
        var resource = builder.AddResource(new ConnectionStringResource(name, connectionStringExpression)).WithInitialState(
            new CustomResourceSnapshot { ResourceType = KnownResourceTypes.ConnectionString, Properties = [] });
        foreach (var referenced in connectionStringExpression.ValueProviders.OfType<IResource>())
            resource.WithReferenceRelationship(referenced);
        return resource;
    }

    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Action<ReferenceExpressionBuilder> connectionStringBuilder)
    {
        var expression = new ReferenceExpressionBuilder();
        connectionStringBuilder(expression);
        return builder.AddConnectionString(name, expression.Build());
    }
}
