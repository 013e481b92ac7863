using CloudNative.ApiService.Binding;
using Microsoft.AspNetCore.Http;

namespace CloudNative.ApiService.Tests.Binding;

public sealed class RequestBodyTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(200, true)]
    [InlineData(65_536, true)]
    [InlineData(0, false)]
    [InlineData(16_384, false)]
    [InlineData(1_000_000, false)]
    public async Task ReadAsync_AnyLengthAnnouncedOrNot_HoldsAllBytes(int length, bool isAnnounced)
    {
        var sent = new byte[length];
        new Random(length).NextBytes(sent);
        var request = new DefaultHttpContext().Request;
        (request.Body, request.ContentLength) = (new MemoryStream(sent), isAnnounced ? length : null);

        using var body = await RequestBody.ReadAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(sent, body.Bytes.ToArray());
    }
}
