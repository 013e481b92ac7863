namespace CloudNative.Metering.Events;

/// <summary>The settings of the topic that the product relies on, whoever made it.</summary>
public static class UsageEventTopicSettings
{
    private const string CleanupPolicy = "cleanup.policy", TimestampType = "message.timestamp.type", MinInSyncReplicas = "min.insync.replicas";
    private const string Delete = "delete", CreateTime = "CreateTime";

    /// <summary>Of a new topic, whatever the broker's own defaults are.</summary>
    public static IReadOnlyDictionary<string, string> OfNewTopic { get; } =
        new Dictionary<string, string> { [CleanupPolicy] = Delete, [TimestampType] = CreateTime };

    /// <summary>Why the broker would lose what it acknowledged, for people; null when it would not, or does not tell.</summary>
    /// <param name="setting">A setting by its name, null where it is not known.</param>
    public static string? FaultOf(Func<string, string?> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return setting(CleanupPolicy) is { } policy && policy != Delete
            ? $"Topic '{UsageEventTopic.Name}' has {CleanupPolicy}={policy}: Kafka keeps the last event of each subject and deletes the others, counted or not. Set it to {Delete}."
            : null;
    }

    /// <summary>What an operator should change, for people; null when there is nothing.</summary>
    /// <param name="setting">A setting by its name, null where it is not known.</param>
    /// <param name="replicas">Copies of each partition.</param>
    public static string? WarningOf(Func<string, string?> setting, int replicas)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var warnings = new List<string>();
        if (setting(TimestampType) is { } type && type != CreateTime)
            warnings.Add($"has {TimestampType}={type}: the time of ingest is the broker's then, so the ledger's minutes differ from what the API acknowledged in them. Set it to {CreateTime}.");
        if (replicas > 1 && setting(MinInSyncReplicas) == "1")
            warnings.Add($"has {replicas} replicas and {MinInSyncReplicas}=1: an event is acknowledged when one of them has it, and is lost with that one. Set it to 2 or more.");
        return warnings.Count > 0 ? string.Join(' ', warnings.Select(warning => $"Topic '{UsageEventTopic.Name}' {warning}")) : null;
    }
}
