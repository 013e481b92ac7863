using System.Diagnostics;
using System.Net.Http.Json;
using Aspire.Hosting.Testing;
using CloudNative.Tests;
using YamlDotNet.RepresentationModel;

namespace CloudNative.EndToEnd.Tests.Backup;

/// <summary>The scripts of the published component <c>backup</c>, run as they are written on the real schema. Alone, because rows are counted.</summary>
[Collection(Alone.Name)]
public sealed class BackupTests(SystemFixture system)
{
    private const string Counts = """
        select coalesce(string_agg(name || '=' || rows, ' ' order by name), '') from (
          select table_name as name, (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', table_name), false, true, '')))[1]::text as rows
          from information_schema.tables where table_schema = 'public') as counted
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dump_RestoredElsewhereAndOverItself_HoldsEveryRow()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts are for a shell.");
        var folder = Directory.CreateTempSubdirectory("backup").FullName;
        var variables = await ConnectionAsync();
        variables["KEEP_DAYS"] = "14";
        await SkipWithoutToolsAsync(variables);
        var (dump, restore) = await ScriptsAsync(folder);
        await CountEventAsync();

        await RunAsync(dump, variables);
        var file = Assert.Single(Directory.EnumerateFiles(folder, "*.dump"));
        var before = await RunAsync("psql --no-psqlrc --tuples-only --command 'select count(*) from usage_events'", variables);
        var copy = $"restored_{Guid.NewGuid():N}";
        await RunAsync($"psql --no-psqlrc --quiet --command 'create database {copy}'", variables);
        variables["PGDATABASE"] = copy;
        variables["RESTORE_FILE"] = Path.GetFileName(file);

        await RunAsync(restore, variables);
        var first = await CountAsync(variables);
        await RunAsync(restore, variables);
        var second = await CountAsync(variables);

        Assert.Contains($"usage_events={before.Trim()} ", first, StringComparison.Ordinal);
        Assert.NotEqual("0", before.Trim());
        Assert.DoesNotContain("tenants=0 ", first, StringComparison.Ordinal);
        Assert.Equal(first, second);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<string> CountAsync(Dictionary<string, string> variables) => RunAsync($"psql --no-psqlrc --tuples-only --no-align --command \"{Counts}\"", variables);

    private async Task CountEventAsync()
    {
        using var api = system.CreateApiClient();
        var id = Guid.NewGuid().ToString();
        using var accepted = await api.PostAsJsonAsync("/api/v1/events", new { specversion = "1.0", id, source = "backup-test", type = "saved", subject = "acme" }, Cancellation);
        accepted.EnsureSuccessStatusCode();
        await Eventually.SucceedsAsync(
            async () =>
            {
                using var stored = await api.GetAsync(new Uri($"/api/v1/events/backup-test/{id}", UriKind.Relative), Cancellation);
                stored.EnsureSuccessStatusCode();
            },
            "the event is stored");
    }

    private async Task<Dictionary<string, string>> ConnectionAsync()
    {
        var parts = (await system.App.GetConnectionStringAsync("metering", Cancellation))!.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        return new Dictionary<string, string>
        {
            ["PGHOST"] = parts["Host"], ["PGPORT"] = parts["Port"], ["PGUSER"] = parts["Username"], ["PGPASSWORD"] = parts["Password"], ["PGDATABASE"] = parts["Database"],
        };
    }

    private static async Task<(string Dump, string Restore)> ScriptsAsync(string folder)
    {
        var output = Path.Combine(folder, "out");
        await RunAsync($"dotnet '{typeof(Projects.AppHost).Assembly.Location}' --operation publish --step publish --output-path '{output}'", []);
        string Script(string file, params string[] path)
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(File.ReadAllText(Path.Combine(output, "components", "backup", "metering", file))));
            var container = path.Aggregate(yaml.Documents[0].RootNode, (node, key) => node[key])["containers"][0];
            return ((string)container["command"][2]!).Replace("/backup", folder, StringComparison.Ordinal);
        }

        return (Script("cronjob.yaml", "spec", "jobTemplate", "spec", "template", "spec"), Script("restore.yaml", "spec", "template", "spec"));
    }

    private static async Task SkipWithoutToolsAsync(Dictionary<string, string> variables)
    {
        var tools = await RunAsync("pg_dump --version && pg_restore --version && psql --version || true", variables);
        Assert.SkipWhen(tools.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length < 3, "There are no pg_dump, pg_restore and psql in PATH.");
        var server = int.Parse((await RunAsync("psql --no-psqlrc --tuples-only --command 'show server_version_num'", variables)).Trim(), System.Globalization.CultureInfo.InvariantCulture) / 10_000;
        var client = int.Parse(tools.Split(' ')[2].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipWhen(client < server, $"pg_dump {client} can't read PostgreSQL {server}.");
    }

    private static async Task<string> RunAsync(string script, Dictionary<string, string> variables)
    {
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var shell = Process.Start(start) ?? throw new InvalidOperationException("No bash");
        var output = shell.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = shell.StandardError.ReadToEndAsync(Cancellation);
        await shell.WaitForExitAsync(Cancellation);
        Assert.True(shell.ExitCode == 0, $"{script}\nended with {shell.ExitCode}: {await errors}");
        return await output;
    }
}
