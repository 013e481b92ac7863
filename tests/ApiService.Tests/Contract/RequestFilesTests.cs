using System.Text.RegularExpressions;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>The files in <c>ApiService/requests</c>, which people send requests from, keep up with the document.</summary>
public sealed partial class RequestFilesTests(TestApi api)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_EveryOperation_HasARequestAndEachRequestIsAnOperation()
    {
        using var client = api.Anonymous;
        var description = await ApiDescription.ReadAsync(client, Token);
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "requests"), "*.http");
        var wrong = new List<string>();
        var seen = new HashSet<string>();
        foreach (var file in files)
        {
            foreach (Match request in Request().Matches(await File.ReadAllTextAsync(file, Token)))
            {
                var (name, method, path) = (request.Groups["name"].Value, request.Groups["method"].Value, request.Groups["path"].Value);
                seen.Add(name);
                if (!description.Operations.Any(operation => operation.Id == name && operation.Method == method && operation.Matches(path)))
                    wrong.Add($"{Path.GetFileName(file)}: {name} is not '{method} {path}'");
            }
        }

        wrong.AddRange(description.Operations.Where(operation => !seen.Contains(operation.Id)).Select(operation => $"No request for {operation}"));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [GeneratedRegex(@"^# @name (?<name>\w+)\r?\n(?<method>[A-Z]+) \{\{host\}\}(?<path>[^?\s]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Request();
}
