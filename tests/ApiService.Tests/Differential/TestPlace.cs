using CloudNative.Metering.Events;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>An API on a database of its own: what happens to segments and rollups concerns all tenants.</summary>
internal sealed record TestPlace(ApiFactory Factory, HttpClient Client, NpgsqlDataSource Source, Ulid TenantId, int StreamId) : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<TestPlace> OpenAsync(TestApi api)
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);
        await using var context = TestApi.OpenDatabase(database);
        await context.Database.MigrateAsync(Token);
        var (tenantId, key) = await TestApi.CreateTenantAsync(context, Token);
        var source = NpgsqlDataSource.Create(database);
        var stream = await IngestOffsets.OpenStreamAsync(source, new StreamIdentity(UsageEventTopic.Name, "differential"), false, Token);
        var factory = api.Another(database);
        return new TestPlace(factory, TestApi.ClientOf(factory, key), source, tenantId, stream);
    }

    public async Task ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = Source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(Token);
    }

    public async Task<List<T>> ReadAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var values = new List<T>();
        while (await reader.ReadAsync(Token))
            values.Add(reader.GetFieldValue<T>(0));
        return values;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"/api/v1{path}", UriKind.Relative)) { Content = content };
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        return await Client.SendAsync(request, Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Source.DisposeAsync();
        await Factory.DisposeAsync();
    }
}
