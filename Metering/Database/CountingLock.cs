namespace CloudNative.Metering.Database;

/// <summary>
/// An advisory lock that every transaction holds which counts events, shared with the others. Who changes where things are counted (another segment opens,
/// minutes are rolled up further) takes it exclusively for that moment: whoever counts afterwards sees the change, and all that was counted before is complete.
/// </summary>
internal static class CountingLock
{
    /// <summary>Two numbers that name the lock among the advisory locks of the database.</summary>
    public const string Id = "(20261124, 1)";

    public const string SharedSql = $"select pg_advisory_xact_lock_shared {Id}";

    /// <summary>
    /// Before <see cref="ExclusiveSql"/>: counting waits behind a request for the exclusive lock, so one that a stopped process does not let through gives up, and is
    /// tried again later.
    /// </summary>
    public const string PatienceSql = "set local lock_timeout = '2s'";

    public const string ExclusiveSql = $"select pg_advisory_xact_lock {Id}";
}
