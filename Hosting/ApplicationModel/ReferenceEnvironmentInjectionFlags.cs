namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a reference to another resource puts into the environment.</summary>
[Flags]
public enum ReferenceEnvironmentInjectionFlags
{
    None = 0,

    /// <summary><c>ConnectionStrings__{name}</c></summary>
    ConnectionString = 1 << 0,

    /// <summary><c>{NAME}_HOST</c>, <c>{NAME}_PORT</c>, …</summary>
    ConnectionProperties = 1 << 1,

    /// <summary><c>services__{name}__{scheme}__{n}</c></summary>
    ServiceDiscovery = 1 << 2,

    /// <summary><c>{NAME}_{ENDPOINT}</c></summary>
    Endpoints = 1 << 3,

    All = ConnectionString | ConnectionProperties | ServiceDiscovery | Endpoints,
}

/// <summary>Narrows what references put into a resource's environment.</summary>
public class ReferenceEnvironmentInjectionAnnotation(ReferenceEnvironmentInjectionFlags flags) : IResourceAnnotation
{
    public ReferenceEnvironmentInjectionFlags Flags { get; } = flags;
}
