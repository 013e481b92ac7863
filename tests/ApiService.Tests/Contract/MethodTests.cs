using System.Net;
using System.Text.RegularExpressions;

namespace CloudNative.ApiService.Tests.Contract;

public sealed partial class MethodTests(TestApi api)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_MethodThatTheDocumentDoesNotList_Is405AndAllowsThoseThatItLists()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        var description = await ApiDescription.ReadAsync(api.Anonymous, Token);
        var wrong = new List<string>();
        foreach (var path in description.Operations.Select(operation => Parameter().Replace(operation.Path, Ulid.Empty.ToString())).Distinct())
        {
            var listed = description.MethodsOf(path);
            foreach (var method in Methods.Except(listed))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var answer = await client.SendAsync(request, Token);
                if (answer.StatusCode != HttpStatusCode.MethodNotAllowed || !answer.Content.Headers.Allow.Order().SequenceEqual(listed))
                    wrong.Add($"{method} {path}: {(int)answer.StatusCode}, Allow: {string.Join(", ", answer.Content.Headers.Allow)} instead of {string.Join(", ", listed)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [GeneratedRegex("{[^}]+}")]
    private static partial Regex Parameter();
}
