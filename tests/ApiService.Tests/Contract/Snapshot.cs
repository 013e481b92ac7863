using System.Runtime.CompilerServices;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>A file beside the tests that shows every change of the contract in the diff.</summary>
internal static class Snapshot
{
    /// <summary>Set to <c>1</c>, the files are written instead of compared.</summary>
    private const string UpdateVariable = "UPDATE_SNAPSHOTS";

    public static async Task AssertAsync(string file, string actual, CancellationToken cancellationToken, [CallerFilePath] string caller = "")
    {
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(caller)!, file), actual, cancellationToken);
            return;
        }

        var path = Path.Combine(AppContext.BaseDirectory, "Contract", file);
        var expected = File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).ReplaceLineEndings("\n") : "";
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(left.Length, right.Length)).FirstOrDefault(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i), -1);
        if (line >= 0)
        {
            Assert.Fail(
                $"The contract changed: {file}, line {line + 1}: '{left.ElementAtOrDefault(line)}' is now '{right.ElementAtOrDefault(line)}'. "
                + $"If that is meant, run the tests with {UpdateVariable}=1 and commit the file.");
        }
    }
}
