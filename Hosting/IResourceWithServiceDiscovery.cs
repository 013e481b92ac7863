using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Others find it by its name.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;
