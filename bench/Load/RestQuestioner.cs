using System.Text;
using System.Text.Json;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Load;

/// <summary>Asks the API, over a connection that is kept.</summary>
internal sealed class RestQuestioner(Uri api) : IQuestioner
{
    private readonly HttpConnection _connection = new(api);

    public async Task<IReadOnlyList<decimal>> AskAsync(string subject, CancellationToken cancellationToken)
    {
        var request = Encoding.ASCII.GetBytes(
            $"GET {History.Question(subject)} HTTP/1.1\r\nHost: {api.Authority}\r\nAuthorization: Bearer {Databases.ApiKey}\r\n\r\n");
        var answer = await _connection.SendAsync(request, cancellationToken);
        if (answer.Status != 200)
            throw new InvalidOperationException($"The API answered {answer.Status}: {Encoding.UTF8.GetString(answer.Body.Span)}");
        using var usage = JsonDocument.Parse(answer.Content());
        return [.. usage.RootElement.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("value").GetDecimal())];
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
