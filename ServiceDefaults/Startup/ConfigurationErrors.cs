using Microsoft.Extensions.Options;

namespace CloudNative.ServiceDefaults.Startup;

/// <summary>
/// Ends a process that is configured wrongly with what to correct as its last lines, where people and the AppHost's crash report look,
/// instead of a stack trace of the host.
/// </summary>
internal static class ConfigurationErrors
{
    public const int ExitCode = 78; // EX_CONFIG of sysexits.h

    private static int _watching;

    public static void ExplainOnExit()
    {
        if (Interlocked.Exchange(ref _watching, 1) == 1)
            return;

        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            var errors = Of(unhandled.ExceptionObject);
            if (errors.Count == 0)
                return;

            Console.Error.WriteLine("Cannot start, the configuration is wrong:");
            foreach (var error in errors)
                Console.Error.WriteLine($"  {error}");
            Environment.Exit(ExitCode);
        };
    }

    public static IReadOnlyList<string> Of(object exception) => exception switch
    {
        OptionsValidationException invalid => [.. invalid.Failures],
        AggregateException { InnerExceptions: var inner } when inner.All(one => one is OptionsValidationException) => [.. inner.SelectMany(Of)],
        _ => [],
    };
}
