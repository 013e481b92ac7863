using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CloudNative.Hosting.Tests;

/// <summary>Keeps what is logged.</summary>
internal class ListLogger : ILogger
{
    private readonly ConcurrentQueue<string> _messages = new();

    public IEnumerable<string> Messages => _messages;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _messages.Enqueue(formatter(state, exception));
}

internal sealed class ListLogger<T> : ListLogger, ILogger<T>;
