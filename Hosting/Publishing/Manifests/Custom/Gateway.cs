using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests.Custom;

/// <summary>Gateway API's Gateway, as far as it is used.</summary>
internal sealed record Gateway
{
    public const string KindName = "Gateway";

    public string ApiVersion { get; init; } = "gateway.networking.k8s.io/v1";

    public string Kind { get; init; } = KindName;

    public required V1ObjectMeta Metadata { get; init; }

    public required GatewaySpec Spec { get; init; }
}

internal sealed record GatewaySpec
{
    public required string GatewayClassName { get; init; }

    public required IList<GatewayListener> Listeners { get; init; }
}

internal sealed record GatewayListener
{
    public required string Name { get; init; }

    public required string Protocol { get; init; }

    public required int Port { get; init; }

    /// <summary>Null means every name.</summary>
    public string? Hostname { get; init; }

    public GatewayTls? Tls { get; init; }

    public required GatewayRoutes AllowedRoutes { get; init; }
}

internal sealed record GatewayTls
{
    public required string Mode { get; init; }

    public required IList<NamedReference> CertificateRefs { get; init; }
}

internal sealed record GatewayRoutes
{
    public required GatewayNamespaces Namespaces { get; init; }
}

internal sealed record GatewayNamespaces
{
    public required string From { get; init; }

    public V1LabelSelector? Selector { get; init; }
}
