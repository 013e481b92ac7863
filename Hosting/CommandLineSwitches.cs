namespace Aspire.Hosting;

/// <summary>Makes <c>--demo</c> a switch with a value, so that it does not swallow the argument after it.</summary>
internal static class CommandLineSwitches
{
    public static string[] Complete(IReadOnlyList<string> args) =>
        [.. args.Select((arg, i) => IsLone(args, i) ? arg + "=true" : arg)];

    private static bool IsLone(IReadOnlyList<string> args, int index) =>
        args[index].StartsWith("--", StringComparison.Ordinal)
        && !args[index].Contains('=', StringComparison.Ordinal)
        && (index + 1 == args.Count || args[index + 1].StartsWith("--", StringComparison.Ordinal));
}
