using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests.Custom;

/// <summary>cert-manager's Certificate, as far as it is used.</summary>
internal sealed record Certificate
{
    public const string KindName = "Certificate";

    public string ApiVersion { get; init; } = "cert-manager.io/v1";

    public string Kind { get; init; } = KindName;

    public required V1ObjectMeta Metadata { get; init; }

    public required CertificateSpec Spec { get; init; }
}

internal sealed record CertificateSpec
{
    public required string SecretName { get; init; }

    public required IList<string> DnsNames { get; init; }

    public required CertificateKey PrivateKey { get; init; }

    public required CertificateIssuer IssuerRef { get; init; }
}

internal sealed record CertificateKey
{
    public required string Algorithm { get; init; }

    public required string RotationPolicy { get; init; }
}

internal sealed record CertificateIssuer
{
    public required string Name { get; init; }

    public required string Kind { get; init; }
}

/// <summary>cert-manager's Issuer that asks an ACME server.</summary>
internal sealed record Issuer
{
    public const string KindName = "Issuer";

    public string ApiVersion { get; init; } = "cert-manager.io/v1";

    public string Kind { get; init; } = KindName;

    public required V1ObjectMeta Metadata { get; init; }

    public required IssuerSpec Spec { get; init; }
}

internal sealed record IssuerSpec
{
    public required AcmeIssuer Acme { get; init; }
}

internal sealed record AcmeIssuer
{
    public required string Server { get; init; }

    public required string Email { get; init; }

    public required NamedReference PrivateKeySecretRef { get; init; }

    public required IList<AcmeSolver> Solvers { get; init; }
}

internal sealed record AcmeSolver
{
    public required AcmeHttpSolver Http01 { get; init; }
}

internal sealed record AcmeHttpSolver
{
    public required AcmeRouteSolver GatewayHTTPRoute { get; init; }
}

internal sealed record AcmeRouteSolver
{
    public required IList<GatewayParent> ParentRefs { get; init; }
}

internal sealed record GatewayParent
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string SectionName { get; init; }
}
