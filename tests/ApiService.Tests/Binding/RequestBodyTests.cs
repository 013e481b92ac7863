using CloudNative.ApiService.Binding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Tests.Binding;

public sealed class RequestBodyTests : IDisposable
{
    private const int Kilobytes = 8_192;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly BodyMemory _memory;

    public RequestBodyTests() => _memory = ActivatorUtilities.CreateInstance<BodyMemory>(_services, Options.Create(new BodyOptions { Kilobytes = Kilobytes }));

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
        var share = new BodyShare(_memory);

        using var body = await RequestBody.ReadAsync(Request(share, sent, isAnnounced), TestContext.Current.CancellationToken);

        Assert.Equal(sent, body.Bytes.ToArray());
    }

    [Fact]
    public async Task ReadAsync_LengthNotAnnounced_TakesWhatItsBufferNeedsUntilTheShareIsReturned()
    {
        var share = new BodyShare(_memory);
        Assert.True(share.TryReach(0));
        Assert.Equal(8 * 1024, _memory.Taken);

        (await RequestBody.ReadAsync(Request(share, new byte[1_000_000], isAnnounced: false), TestContext.Current.CancellationToken)).Dispose();

        Assert.Equal(1024 * 1024, _memory.Taken);
        share.Return();
        Assert.Equal(0, _memory.Taken);
    }

    [Fact]
    public async Task ReadAsync_LengthNotAnnouncedAndNoRoomForMore_FailsAndTakesNoMore()
    {
        var (others, share) = (new BodyShare(_memory), new BodyShare(_memory));
        Assert.True(others.TryReach(Kilobytes * 1024 / 2));
        Assert.True(share.TryReach(0));
        Assert.False(new BodyShare(_memory).TryReach(Kilobytes * 1024 / 2));

        await Assert.ThrowsAsync<BodyMemoryFullException>(
            () => RequestBody.ReadAsync(Request(share, new byte[ApiLimits.MaxBodyBytes], isAnnounced: false), TestContext.Current.CancellationToken));

        Assert.InRange(_memory.Taken, Kilobytes * 1024 / 2, Kilobytes * 1024);
        share.Return();
        Assert.Equal(Kilobytes * 1024 / 2, _memory.Taken);
    }

    public void Dispose() => _services.Dispose();

    private static HttpRequest Request(BodyShare share, byte[] sent, bool isAnnounced)
    {
        var request = new DefaultHttpContext().Request;
        (request.Body, request.ContentLength) = (new MemoryStream(sent), isAnnounced ? sent.Length : null);
        request.HttpContext.Features.Set(share);
        return request;
    }
}
