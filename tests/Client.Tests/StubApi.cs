using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace CloudNative.Metering.Client.Tests;

/// <summary>An API that keeps the events it is sent, and answers as it is told.</summary>
internal sealed class StubApi : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<IReadOnlyList<string>> _batches = [];

    /// <summary>Answers the request with that number, from 1, of those ids. Null: its connection breaks.</summary>
    public Func<int, IReadOnlyList<string>, HttpResponseMessage?> Answer { get; set; } = (_, _) => NoContent();

    /// <summary>Ids of the events of each request, answered or not.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Batches
    {
        get
        {
            lock (_lock)
                return [.. _batches];
        }
    }

    public IEnumerable<string> Ids => Batches.SelectMany(batch => batch);

    public List<string> Bodies { get; } = [];

    public static HttpResponseMessage NoContent() => new(HttpStatusCode.NoContent);

    /// <summary>An answer whose body stalls or breaks off.</summary>
    public static HttpResponseMessage Unfinished(HttpStatusCode status, bool stalls)
    {
        var body = new Pipe();
        if (!stalls)
            body.Writer.Complete(new IOException("The connection broke."));
        return new HttpResponseMessage(status)
        {
            Content = new StreamContent(body.Reader.AsStream()) { Headers = { ContentType = new MediaTypeHeaderValue("application/problem+json") } },
        };
    }

    /// <summary>An answer of something between the client and the API.</summary>
    public static HttpResponseMessage Proxy(HttpStatusCode status, string? type = null, string body = "") =>
        new(status) { Content = new StringContent(body, null, type ?? "text/html") };

    public static HttpResponseMessage Problem(HttpStatusCode status, params (string Field, string Message)[] errors)
    {
        var problem = new
        {
            title = status.ToString(), detail = "It says why.",
            extensions = new { validationErrors = errors.Select(error => new { field = error.Field, code = "invalid", message = error.Message }) },
        };
        return new HttpResponseMessage(status) { Content = new StringContent(JsonSerializer.Serialize(problem), null, "application/problem+json") };
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "[]" : await request.Content.ReadAsStringAsync(cancellationToken);
        IReadOnlyList<string> ids = [.. JsonDocument.Parse(body).RootElement.EnumerateArray().Select(usage => usage.GetProperty("id").GetString()!)];
        int number;
        lock (_lock)
        {
            Bodies.Add(body);
            _batches.Add(ids);
            number = _batches.Count;
        }

        return Answer(number, ids) ?? throw new HttpRequestException("The connection broke.");
    }
}
