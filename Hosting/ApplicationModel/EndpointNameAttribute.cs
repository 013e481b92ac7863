namespace Aspire.Hosting.ApplicationModel;

/// <summary>Marks the parameter that names an endpoint.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EndpointNameAttribute : Attribute;
