namespace Aspire.Hosting.Dashboard;

/// <param name="ApplicationName">The dashboard's title.</param>
/// <param name="Port">The loopback port; 0 takes any free one.</param>
/// <param name="ApiKey">What a caller must send as <c>x-resource-service-api-key</c>.</param>
internal sealed record ResourceServiceOptions(string ApplicationName, int Port, string ApiKey);
