using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>Brings librdkafka's own log lines into the process's log; by default they go to standard error.</summary>
public static partial class KafkaLog
{
    public static void Write(ILogger logger, LogMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var level = (LogLevel)message.LevelAs(LogLevelType.MicrosoftExtensionsLogging);
        if (logger.IsEnabled(level))
            Line(logger, level, message.Name, message.Facility, message.Message);
    }

    [LoggerMessage(EventId = 1, Message = "{Client} {Facility}: {Text}")]
    private static partial void Line(ILogger logger, LogLevel level, string client, string facility, string text);
}
