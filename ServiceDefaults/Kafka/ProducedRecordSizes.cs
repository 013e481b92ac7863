namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>What records took in the log lately, by topic and producer.</summary>
internal sealed class ProducedRecordSizes
{
    // Reports and those who ask are not in step.
    private const int IdleReportsKept = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Topic, string ClientId), Mean> _means = [];
    private readonly Dictionary<string, double> _last = new(StringComparer.Ordinal);

    /// <summary>A producer that sends nothing any more is soon left out: one large record of long ago is no measure for what others send.</summary>
    public void Observe(string clientId, KafkaClientStatistics.Topic topic)
    {
        lock (_lock)
        {
            if (topic is { BatchBytes.Sum: > 0, BatchRecords.Sum: > 0 })
            {
                var bytes = (double)topic.BatchBytes.Sum / topic.BatchRecords.Sum;
                _means[(topic.Name, clientId)] = new Mean(bytes, IdleReports: 0);
                _last[topic.Name] = bytes;
            }
            else if (_means.TryGetValue((topic.Name, clientId), out var mean))
            {
                if (mean.IdleReports < IdleReportsKept)
                    _means[(topic.Name, clientId)] = mean with { IdleReports = mean.IdleReports + 1 };
                else
                    _means.Remove((topic.Name, clientId));
            }
        }
    }

    /// <summary>The highest mean of the producers that send to the topic; of the last that did when none does; null before the first record.</summary>
    public double? Of(string topic)
    {
        lock (_lock)
        {
            return _means.Where(mean => mean.Key.Topic == topic).Max(mean => (double?)mean.Value.Bytes)
                ?? (_last.TryGetValue(topic, out var bytes) ? bytes : null);
        }
    }

    private readonly record struct Mean(double Bytes, int IdleReports);
}
