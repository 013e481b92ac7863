using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace CloudNative.ApiService.Binding;

/// <summary>
/// A request's body, in a buffer that is lent and goes back when this is disposed. That of a large batch would be a large object: each is cleared first, and
/// only a full collection frees it. What it takes stays taken of <see cref="BodyMemory"/> until the request is answered.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private readonly BodyShare _share;
    private byte[] _buffer;
    private int _length;

    private RequestBody(BodyShare share, int capacity) => (_share, _buffer) = (share, ArrayPool<byte>.Shared.Rent(capacity));

    /// <summary>Until this is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <exception cref="BadHttpRequestException">The body is longer than Kestrel allows, or ends too early.</exception>
    /// <exception cref="BodyMemoryFullException">Its length was not announced, and there is no room for what arrived.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new RequestBody(
            request.HttpContext.Features.GetRequiredFeature<BodyShare>(), (int)Math.Min(request.ContentLength ?? BodyShare.Least, ApiLimits.MaxBodyBytes));
        try
        {
            // The end of an announced length needs no room to be seen.
            while (body._length != request.ContentLength && await request.Body.ReadAsync(body.Room(), cancellationToken) is > 0 and var read)
                body._length += read;
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

    private Memory<byte> Room()
    {
        if (_length == _buffer.Length)
            Grow();
        return _buffer.AsMemory(_length);
    }

    private void Grow()
    {
        var size = Math.Max(2 * _length, BodyShare.Least);
        if (!_share.TryReach(size))
            throw new BodyMemoryFullException();

        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
