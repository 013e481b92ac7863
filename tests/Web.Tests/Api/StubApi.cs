using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CloudNative.Web.Api;

namespace CloudNative.Web.Tests.Api;

/// <summary>Answers by method and path, and notes what was asked.</summary>
internal sealed class StubApi : HttpMessageHandler
{
    private readonly Dictionary<string, Func<HttpRequestMessage, HttpResponseMessage>> _answers = [];
    private readonly Lock _lock = new();
    private readonly List<string> _requests = [];
    private readonly List<string> _bodies = [];

    /// <summary>Method, path and query of every request, e.g. <c>GET /api/v1/meters</c>.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_lock)
                return [.. _requests];
        }
    }

    public IReadOnlyList<string> Bodies => _bodies;

    public MeteringApi Client() => new(new HttpClient(this, disposeHandler: false) { BaseAddress = new Uri("http://api") });

    /// <summary>Answers <c>GET /api/v1/meters</c> and alike, whatever the query.</summary>
    public StubApi On(string request, string json, HttpStatusCode status = HttpStatusCode.OK, string type = "application/json") =>
        On(request, _ => new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue(type)) });

    public StubApi Problem(string request, HttpStatusCode status, string detail, params (string Field, string Message)[] errors)
    {
        var list = string.Join(',', errors.Select(error => $$"""{"field":"{{error.Field}}","code":"invalid","message":"{{error.Message}}"}"""));
        return On(
            request,
            $$$"""{"type":"about:blank","title":"Title","status":{{{(int)status}}},"detail":"{{{detail}}}","extensions":{"validationErrors":[{{{list}}}]}}""",
            status,
            "application/problem+json");
    }

    public StubApi On(string request, Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        _answers[request] = answer;
        return this;
    }

    public int Count(string request) => Requests.Count(asked => asked.Split('?')[0] == request);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var asked = $"{request.Method} {request.RequestUri!.PathAndQuery}";
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        lock (_lock)
        {
            _requests.Add(asked);
            _bodies.Add(body);
        }
        return _answers.TryGetValue(asked.Split('?')[0], out var answer)
            ? answer(request)
            : throw new InvalidOperationException($"Nobody said how to answer {asked}.");
    }
}
