using CloudNative.ApiService.Events;
using CloudNative.Metering.Audit;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.DeadLetters;

/// <summary>What became of one letter of a replay.</summary>
/// <param name="Letter">Null when there is no such letter.</param>
/// <param name="IsReplayed">Whether its event is on the log now. If not, and without errors, the letter is discarded, or was repaired again meanwhile.</param>
/// <param name="Errors">Why its bytes are no event; it must be repaired first.</param>
internal sealed record ReplayOutcome(StoredDeadLetter? Letter, bool IsReplayed, IReadOnlyList<FieldError> Errors);

/// <summary>Puts events of dead letters on the log again.</summary>
internal sealed class DeadLetterReplay(DeadLetterList letters, DeadLetterDesk desk, EventProducer producer)
{
    /// <summary>
    /// First the log, then the record of it: a process that dies in between leaves letters as they were, and a second replay of them counts nothing twice.
    /// </summary>
    /// <exception cref="BacklogFullException">Too much waits to be counted: nothing was sent.</exception>
    /// <exception cref="BrokerUnavailableException">At least one event was not acknowledged: no letter is recorded as replayed.</exception>
    public async Task<IReadOnlyDictionary<Ulid, ReplayOutcome>> ReplayAsync(Actor actor, IReadOnlyCollection<Ulid> ids, CancellationToken cancellationToken)
    {
        var found = (await letters.FindAsync(actor.TenantId, ids, cancellationToken)).ToDictionary(letter => letter.Summary.Id);
        var outcomes = ids.Distinct().ToDictionary(id => id, id => new ReplayOutcome(found.GetValueOrDefault(id), false, []));
        var events = new List<(StoredDeadLetter Letter, UsageEvent Event)>();
        foreach (var (id, letter) in found.Where(entry => entry.Value.State != DeadLetterState.Discarded))
        {
            var errors = new List<FieldError>();
            // Once is enough, and after the window in which duplicates are known a second time would count.
            if (letter.State == DeadLetterState.Replayed)
                outcomes[id] = new ReplayOutcome(letter, true, []);
            else if (ReplayableEvent.Read(letter, errors) is { } usageEvent)
                events.Add((letter, usageEvent));
            else
                outcomes[id] = new ReplayOutcome(letter, false, errors);
        }

        await producer.PublishAsync(actor.TenantId, [.. events.Select(entry => entry.Event)], cancellationToken);
        foreach (var (letter, _) in events)
        {
            var change = await desk.RecordReplayAsync(actor, letter, cancellationToken);
            outcomes[letter.Summary.Id] = new ReplayOutcome(change.Letter, change.IsAllowed, []);
        }

        return outcomes;
    }
}
