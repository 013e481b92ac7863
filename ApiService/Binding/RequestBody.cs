using System.Buffers;

namespace CloudNative.ApiService.Binding;

/// <summary>
/// A request's body, in a buffer that is lent and goes back when this is disposed. That of a large batch would be a large object: each is cleared first, and
/// only a full collection frees it.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int UnknownLength = 16 * 1024;

    private byte[] _buffer;
    private int _length;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Until this is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <exception cref="BadHttpRequestException">The body is longer than Kestrel allows, or ends too early.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // One byte more than is announced, so that the end is seen without a larger buffer.
        var body = new RequestBody((int)Math.Min(request.ContentLength ?? UnknownLength, ApiLimits.MaxBodyBytes) + 1);
        try
        {
            while (await request.Body.ReadAsync(body._buffer.AsMemory(body._length), cancellationToken) is > 0 and var read)
                body.Advance(read);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _length) = ([], 0);
    }

    private void Advance(int read)
    {
        _length += read;
        if (_length < _buffer.Length)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(2 * _length);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
