using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Somewhere a resource listens.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly TaskCompletionSource<AllocatedEndpoint> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="port">The port clients use; null means any free one.</param>
    /// <param name="targetPort">The port the process listens on; null means the same.</param>
    public EndpointAnnotation(
        ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? (protocol == ProtocolType.Udp ? "udp" : "tcp");
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : protocol == ProtocolType.Udp ? "udp" : "tcp");
        Name = name ?? UriScheme;
        ModelName.Validate("endpoint", Name);
        Port = port;
        TargetPort = targetPort;
    }

    public string Name { get; set; }

    public ProtocolType Protocol { get; set; }

    public string UriScheme { get; set; }

    public string Transport { get; set; }

    public int? Port { get; set; }

    public int? TargetPort { get; set; }

    public string TargetHost { get; set; } = "localhost";

    /// <summary>Whether clients outside the system reach it when published.</summary>
    public bool IsExternal { get; set; }

    /// <summary>For Aspire's engine; the embedded engine starts processes on the port that clients use, without a proxy.</summary>
    public bool IsProxied { get; set; } = true;

    /// <summary>Whether a reference to the whole resource leaves this endpoint out.</summary>
    public bool ExcludeReferenceEndpoint { get; set; }

    /// <summary>Where it listens in this run; null before the start.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => _allocated.Task.IsCompletedSuccessfully ? _allocated.Task.Result : null;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!_allocated.TrySetResult(value))
                throw new InvalidOperationException($"The endpoint '{Name}' already listens at {AllocatedEndpoint}.");
        }
    }

    internal Task<AllocatedEndpoint> WhenAllocated => _allocated.Task;
}
