namespace CloudNative.ApiService.Tests;

/// <summary>A client of a new tenant, and what does for it what the ingest service does.</summary>
internal abstract record TenantWithSink(HttpClient Client, SinkStandIn Sink) : IAsyncDisposable
{
    public static async Task<T> OpenAsync<T>(TestApi api, Func<HttpClient, SinkStandIn, T> create) where T : TenantWithSink
    {
        var (tenantId, key) = await api.CreateTenantAsync(TestContext.Current.CancellationToken);
        return create(api.ClientOf(key), await SinkStandIn.OpenAsync(api, tenantId));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await Sink.DisposeAsync();
    }
}
