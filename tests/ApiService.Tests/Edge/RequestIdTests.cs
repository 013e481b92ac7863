using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Edge;

public sealed partial class RequestIdTests(TestApi api)
{
    private const string Header = "X-Request-Id";
    private static readonly Uri Meter = new("/api/v1/meters/nowhere", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("order-4711/retry:2")]
    [InlineData("5c10fade-1c9e-4d6c-8275-c52c36731d3c")]
    public async Task Send_WithAnId_AnswerAndProblemTellIt(string id)
    {
        var (answered, problem, _) = await SendAsync(id);

        Assert.Equal((id, id), (answered, problem));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a\"b")]
    [InlineData("{}")]
    public async Task Send_WithoutAGoodId_TheTracesIsTaken(string? id)
    {
        var (answered, problem, instance) = await SendAsync(id);

        Assert.Matches(TraceId(), answered);
        Assert.Equal((answered, $"urn:request:{answered}"), (problem, instance));
    }

    [Fact]
    public async Task Send_AnIdThatIsTooLong_IsReplaced()
    {
        var (answered, _, _) = await SendAsync(new string('a', 129));

        Assert.Matches(TraceId(), answered);
    }

    [Fact]
    public async Task Send_WithAnId_TheTraceHasIt()
    {
        var id = $"traced-{Guid.NewGuid():N}";
        var tags = new ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                foreach (var sent in activity.GetTagItem("http.request.header.x-request-id") as string[] ?? [])
                    tags.Add(sent);
            },
        };
        ActivitySource.AddActivityListener(listener);

        await SendAsync(id);

        await Eventually.GetAsync(_ => Task.FromResult(tags.Contains(id)), found => found, "the trace tells the request's id");
    }

    private async Task<(string Answered, string Problem, string Instance)> SendAsync(string? id)
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, Meter);
        if (id is not null)
            request.Headers.TryAddWithoutValidation(Header, id);
        using var answer = await client.SendAsync(request, Token);
        var problem = await answer.ReadJsonAsync(Token);
        return (Assert.Single(answer.Headers.GetValues(Header)), problem.GetProperty("extensions").Text("requestId")!, problem.Text("instance")!);
    }

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex TraceId();
}
