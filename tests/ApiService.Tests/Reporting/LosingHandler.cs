namespace CloudNative.ApiService.Tests.Reporting;

/// <summary>A bad network: of ten requests three never arrive, and of three the answer is lost.</summary>
internal sealed class LosingHandler(int seed) : DelegatingHandler
{
    private readonly Random _random = new(seed);

    public int LostAnswers { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var luck = _random.Next(10);
        if (luck < 3)
            throw new HttpRequestException("The request was lost.");
        var response = await base.SendAsync(request, cancellationToken);
        if (luck is >= 6 || !response.IsSuccessStatusCode)
            return response;
        response.Dispose();
        LostAnswers++;
        throw new HttpRequestException("The answer was lost.");
    }
}
