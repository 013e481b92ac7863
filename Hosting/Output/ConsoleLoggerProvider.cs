using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Output;

/// <summary>What the engine itself has to say: plain lines, problems on the error stream.</summary>
internal sealed class ConsoleLoggerProvider : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new ConsoleLogger();

    public void Dispose()
    {
    }

    private sealed class ConsoleLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var writer = logLevel >= LogLevel.Warning ? Console.Error : Console.Out;
            writer.WriteLine(formatter(state, exception) + (exception is null ? "" : Environment.NewLine + exception));
        }
    }
}
