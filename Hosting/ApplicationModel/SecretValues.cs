namespace Aspire.Hosting.ApplicationModel;

/// <summary>Tells whether a value is made of a secret, through any number of references.</summary>
internal static class SecretValues
{
    public static bool IsSecret(object? value) => value switch
    {
        ParameterResource parameter => parameter.Secret,
        IResourceWithConnectionString resource => IsSecret(resource.ConnectionStringExpression),
        EndpointReference or EndpointReferenceExpression => false,
        IValueWithReferences references => references.References.Any(IsSecret),
        _ => false,
    };
}
