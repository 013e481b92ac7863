using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Finds ports that nobody uses. They lie below the range that systems take the ports of outgoing connections from, so that a port
/// found now is still free when its process starts; and a file in a folder that all runs share, locked until this is disposed, keeps
/// runs that start at the same time from finding the same port.
/// </summary>
internal sealed class FreePorts(string claimsFolder) : IDisposable
{
    private const int First = 20_000;
    private const int End = 32_000;
    private const int Attempts = 200;

    private static readonly string UsersFolder = Path.Combine(Path.GetTempPath(), $"cn-ports-{Environment.UserName}");

    private readonly Lock _gate = new();
    private readonly HashSet<int> _taken = [];
    private readonly List<FileStream> _claims = [];

    public FreePorts()
        : this(UsersFolder)
    {
    }

    /// <summary>Keeps a port from being given away.</summary>
    public void Reserve(int? port)
    {
        lock (_gate)
        {
            if (port is { } known)
                _taken.Add(known);
        }
    }

    /// <summary>This port, or another one when somebody has it.</summary>
    /// <exception cref="DistributedApplicationException">Ports can't be claimed, or there is none.</exception>
    public int Prefer(int port) => TryTake(port) ? port : Next();

    /// <exception cref="DistributedApplicationException">Ports can't be claimed, or there is none.</exception>
    public int Next()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (TryTake(port))
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

    private bool TryTake(int port)
    {
        lock (_gate)
            return !_taken.Contains(port) && CanListen(port) && Claim(port) && _taken.Add(port);
    }

    private bool Claim(int port)
    {
        try
        {
            Directory.CreateDirectory(claimsFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CanNotClaim(e);
        }

        try
        {
            var path = Path.Combine(claimsFolder, port.ToString(CultureInfo.InvariantCulture));
            _claims.Add(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose));
            return true;
        }
        catch (IOException)
        {
            // Another run's.
            return false;
        }
        catch (UnauthorizedAccessException e)
        {
            throw CanNotClaim(e);
        }
    }

    private DistributedApplicationException CanNotClaim(Exception e) =>
        new($"No port can be claimed in '{claimsFolder}', where runs agree on who has which: {e.Message} Delete it or make it yours.", e);

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
