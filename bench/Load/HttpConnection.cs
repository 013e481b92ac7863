using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace CloudNative.Bench.Load;

/// <summary>
/// One kept-alive HTTP/1.1 connection that sends bytes made beforehand and reads no more of an answer than it must: the load generator shares the
/// processor with what it measures.
/// </summary>
internal sealed class HttpConnection(Uri address) : IDisposable
{
    private static ReadOnlySpan<byte> HeadersEnd => "\r\n\r\n"u8;

    private byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;

    /// <summary>Sends one request and reads its answer; connects when it must.</summary>
    /// <exception cref="IOException">The connection broke: what became of the request is not known.</exception>
    public async ValueTask<HttpAnswer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            _socket ??= await ConnectAsync(cancellationToken);
            for (var sent = 0; sent < request.Length;)
                sent += await _socket.SendAsync(request[sent..], SocketFlags.None, cancellationToken);
            return await ReceiveAsync(_socket, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Dispose();
            throw new IOException($"The connection to {address.Authority} broke: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port), cancellationToken);
        return socket;
    }

    private async ValueTask<HttpAnswer> ReceiveAsync(Socket socket, CancellationToken cancellationToken)
    {
        var received = 0;
        while (true)
        {
            if (received == _buffer.Length)
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            var more = await socket.ReceiveAsync(_buffer.AsMemory(received), SocketFlags.None, cancellationToken);
            if (more == 0)
                throw new IOException("closed by the server");
            received += more;
            if (Parse(_buffer.AsMemory(0, received)) is { } answer)
                return answer;
        }
    }

    /// <summary>The answer, or null while it is not complete.</summary>
    private static HttpAnswer? Parse(ReadOnlyMemory<byte> bytes)
    {
        var end = bytes.Span.IndexOf(HeadersEnd);
        if (end < 0)
            return null;
        var headers = bytes.Span[..(end + 2)];
        var body = bytes[(end + HeadersEnd.Length)..];
        var status = Number(headers["HTTP/1.1 ".Length..]);
        var isChunked = Header(headers, "Transfer-Encoding: "u8) is not [];
        var isComplete = isChunked
            ? body.Span.EndsWith("0\r\n\r\n"u8)
            : body.Length >= Number(Header(headers, "Content-Length: "u8));
        return isComplete ? new HttpAnswer(status, TimeSpan.FromSeconds(Number(Header(headers, "Retry-After: "u8))), body, isChunked) : null;
    }

    // Kestrel writes header names in one way only.
    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name)
    {
        var start = headers.IndexOf(name);
        if (start < 0)
            return [];
        var value = headers[(start + name.Length)..];
        return value[..value.IndexOf((byte)'\r')];
    }

    private static int Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int number, out _) ? number : 0;
}

/// <param name="Status">The HTTP status.</param>
/// <param name="RetryAfter">Zero when the answer has none.</param>
/// <param name="Body">As it came, until the next request of the connection.</param>
/// <param name="IsChunked">Whether it came in the frames of <c>Transfer-Encoding: chunked</c>.</param>
internal readonly record struct HttpAnswer(int Status, TimeSpan RetryAfter, ReadOnlyMemory<byte> Body, bool IsChunked)
{
    /// <summary>The body without frames. Made here, because load needs no more of an answer than its status.</summary>
    public ReadOnlyMemory<byte> Content()
    {
        if (!IsChunked)
            return Body;
        var (framed, whole) = (Body, new ArrayBufferWriter<byte>(Body.Length));
        while (framed.Span.IndexOf("\r\n"u8) is > 0 and var end
            && Utf8Parser.TryParse(framed.Span[..end], out int length, out _, 'x') && length > 0)
        {
            whole.Write(framed.Span.Slice(end + 2, length));
            framed = framed[(end + 2 + length + 2)..];
        }

        return whole.WrittenMemory;
    }
}
