using System.Runtime.CompilerServices;

namespace CloudNative.Tests;

/// <summary>A file beside a test that shows every change of what the product promises in the diff. The project copies it to its output, into a folder of the same name.</summary>
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

        var path = Path.Combine(AppContext.BaseDirectory, Path.GetFileName(Path.GetDirectoryName(caller))!, file);
        var expected = File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).ReplaceLineEndings("\n") : "";
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(left.Length, right.Length)).FirstOrDefault(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i), -1);
        if (line >= 0)
        {
            Assert.Fail(
                $"{file} changed, line {line + 1}: '{left.ElementAtOrDefault(line)}' is now '{right.ElementAtOrDefault(line)}'. "
                + $"If that is meant, run the tests with {UpdateVariable}=1 and commit the file.");
        }
    }
}
