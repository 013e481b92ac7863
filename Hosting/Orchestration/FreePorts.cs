using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Finds ports that nobody uses. They lie below the range that systems take the ports of outgoing connections from, so that a port
/// found now is still free when its process starts; and a file in the temporary folder, locked until this is disposed, keeps runs
/// that start at the same time from finding the same port.
/// </summary>
internal sealed class FreePorts : IDisposable
{
    private const int First = 20_000;
    private const int End = 32_000;
    private const int Attempts = 200;

    private static readonly string ClaimsFolder = Path.Combine(Path.GetTempPath(), $"cn-ports-{Environment.UserName}");

    private readonly HashSet<int> _taken = [];
    private readonly List<FileStream> _claims = [];

    /// <summary>Keeps a port from being given away.</summary>
    public void Reserve(int? port)
    {
        if (port is { } known)
            _taken.Add(known);
    }

    public int Next()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (!_taken.Contains(port) && CanListen(port) && Claim(port) && _taken.Add(port))
                return port;
        }

        throw new DistributedApplicationException($"No free port was found between {First} and {End}.");
    }

    /// <summary>Whether a process can listen on this port of both loopback addresses: localhost means either.</summary>
    public static bool CanListen(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    public void Dispose()
    {
        foreach (var claim in _claims)
            claim.Dispose();
    }

    private bool Claim(int port)
    {
        try
        {
            Directory.CreateDirectory(ClaimsFolder);
            var path = Path.Combine(ClaimsFolder, port.ToString(CultureInfo.InvariantCulture));
            _claims.Add(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run's, perhaps another user's.
            return false;
        }
    }

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            // The system knows IPv6, but this machine has no such address.
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
