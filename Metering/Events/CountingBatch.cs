using System.Security.Cryptography;
using System.Text.Json;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;

namespace CloudNative.Metering.Events;

/// <summary>One new event on its way into the store.</summary>
internal sealed record PendingEvent(Guid Key, PartitionClaim Claim, IngestRecord Record, UsageEvent Event)
{
    public DateTimeOffset Time => Event.Time ?? Record.IngestedAt;

    public EventOrder Order => new(Time, Record.IngestedAt, Claim.StreamId, Claim.Partition, Record.Offset);
}

/// <summary>Sorts a transaction's records into what is new, doubled or dead, and counts what turns out to be new.</summary>
internal sealed class CountingBatch
{
    private readonly MeterCatalog _catalog;
    private readonly Dictionary<Guid, PendingEvent> _pending = [];
    private readonly Dictionary<Guid, Queue<PendingEvent>> _repeated = [];
    private readonly Dictionary<Guid, DateTimeOffset> _readAgain = [];
    private readonly List<PendingEvent> _new = [];
    private readonly List<Contribution> _contributions = [];

    public CountingBatch(MeterCatalog catalog, IEnumerable<PartitionBatch> batches)
    {
        _catalog = catalog;
        foreach (var batch in batches)
        {
            foreach (var record in batch.Records)
                Add(batch.Claim, record);
        }

        // In their order, so that transactions that meet in the same keys wait for each other in one order.
        Keys = new SoughtKeys([.. _pending.Keys.Order()], _readAgain);
    }

    public LedgerWriter Ledger { get; } = new();

    public RollupDeltas Rollups { get; } = new();

    public List<DeadLetter> DeadLetters { get; } = [];

    public SoughtKeys Keys { get; }

    /// <summary>What is to be stored, in the order of the keys.</summary>
    public IReadOnlyCollection<PendingEvent> New => _new;

    /// <summary>Counts the events that the store does not have yet; the others are duplicates.</summary>
    /// <param name="stored">By key, the SHA-256 of the bytes of what the store has.</param>
    public void Count(IReadOnlyDictionary<Guid, byte[]> stored)
    {
        foreach (var key in Keys.All)
        {
            if (stored.TryGetValue(key, out var hash))
                AddDuplicate(_pending[key], hash);
            else
                CountFirst(key);
        }

        // The first of a key that can be counted decides, whether it stands in the store or in this batch.
        foreach (var (key, repeats) in _repeated.Where(repeated => repeated.Value.Count > 0))
        {
            var hash = stored.GetValueOrDefault(key) ?? SHA256.HashData(_pending[key].Event.Json.Span);
            foreach (var repeated in repeats)
                AddDuplicate(repeated, hash);
        }
    }

    /// <summary>What became a dead letter is not stored, so the next of its key is no duplicate of it.</summary>
    private void CountFirst(Guid key)
    {
        while (!TryCountNew(_pending[key]) && _repeated.TryGetValue(key, out var repeats) && repeats.TryDequeue(out var next))
            _pending[key] = next;
    }

    private void AddDuplicate(PendingEvent duplicate, byte[] firstHash)
    {
        var isSame = SHA256.HashData(duplicate.Event.Json.Span).AsSpan().SequenceEqual(firstHash);
        Ledger.Add(duplicate.Claim, duplicate.Record, isSame ? LedgerCounts.OneDuplicate : LedgerCounts.OneOfDifferentPayload);
    }

    private void Add(PartitionClaim claim, IngestRecord record)
    {
        if (record.Rejection is { } rejection)
            AddDeadLetter(claim, record, rejection);
        else if (!_catalog.HasTenant(record.TenantId))
            AddDeadLetter(claim, record, new Rejection(DeadLetterReason.UnknownTenant, $"There is no tenant {record.TenantId}."));
        else
            AddEvent(claim, record, record.Event!);
    }

    private void AddEvent(PartitionClaim claim, IngestRecord record, UsageEvent usageEvent)
    {
        var key = UsageEventKey.Of(record.TenantId, usageEvent.Source, usageEvent.Id);
        var pending = new PendingEvent(key, claim, record, usageEvent);
        if (!_pending.TryAdd(key, pending))
            AddRepeated(pending);
        else if (record.Offset < claim.ReadAgainUntil)
            _readAgain.Add(key, record.IngestedAt);
    }

    private void AddRepeated(PendingEvent repeated)
    {
        if (!_repeated.TryGetValue(repeated.Key, out var repeats))
            _repeated.Add(repeated.Key, repeats = new Queue<PendingEvent>());
        repeats.Enqueue(repeated);
    }

    private void AddDeadLetter(PartitionClaim claim, IngestRecord record, Rejection rejection)
    {
        DeadLetters.Add(new DeadLetter(claim, record, rejection));
        Ledger.Add(claim, record, LedgerCounts.OneDeadLettered);
    }

    private bool TryCountNew(PendingEvent pending)
    {
        _contributions.Clear();
        try
        {
            Contribute(pending);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or JsonException or OverflowException)
        {
            // Whatever is wrong with one event must not hold up all behind it.
            AddDeadLetter(pending.Claim, pending.Record, new Rejection(DeadLetterReason.InvalidEvent, $"The event can't be counted: {e.Message}"));
            return false;
        }

        _new.Add(pending);
        foreach (var contribution in _contributions)
            Rollups.Add(contribution, pending.Order);
        Ledger.Add(pending.Claim, pending.Record, _contributions.Count > 0 ? LedgerCounts.OneCounted : LedgerCounts.OneUnmatched);
        return true;
    }

    private void Contribute(PendingEvent pending)
    {
        JsonDocument? data = null;
        foreach (var meter in _catalog.For(pending.Record.TenantId, pending.Event.Type))
        {
            data ??= pending.Event.ParseData();
            if (!meter.TryCount(pending.Event.Subject, pending.Time, data?.RootElement ?? default, out var contribution, out _))
                continue;

            _contributions.Add(contribution);
        }

        data?.Dispose();
    }
}
