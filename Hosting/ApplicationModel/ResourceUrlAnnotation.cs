namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address of a resource for people.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>Absolute, or relative to the endpoint's address.</summary>
    public required string Url { get; set; }

    public string? DisplayText { get; set; }

    /// <summary>Higher ones are shown first.</summary>
    public int? DisplayOrder { get; set; }

    public EndpointReference? Endpoint { get; init; }

    public UrlDisplayLocation DisplayLocation { get; set; }
}

/// <summary>Where an address is shown.</summary>
public enum UrlDisplayLocation
{
    SummaryAndDetails = 0,
    DetailsOnly = 1,
}
