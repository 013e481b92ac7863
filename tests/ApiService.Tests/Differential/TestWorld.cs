using System.Net;
using System.Text.Json.Nodes;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Events;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using Npgsql;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>An event that is stored, or was.</summary>
/// <param name="Event">As it was stored first.</param>
/// <param name="Id">Its id.</param>
/// <param name="Offset">In its partition.</param>
/// <param name="DroppedBy">Which of the drops took it; <see cref="int.MaxValue"/>: none.</param>
internal sealed record StoredEvent(TestEvent Event, string Id, long Offset, int DroppedBy);

/// <summary>Plays a scenario: does each step, and compares each answer with the oracle's.</summary>
internal sealed class TestWorld : IDisposable
{
    /// <summary>Each hour is a transaction.</summary>
    public static readonly TimeSpan LongestSeal = TimeSpan.FromDays(4);

    private static readonly SegmentPolicy Forgetful = SegmentPolicy.Default with { Retention = TimeSpan.Zero };

    private readonly TestPlace _place;
    private readonly UsageEventStore _store;
    private readonly MeterBackfill _backfill;
    private readonly Oracle _oracle = new();
    private readonly List<StoredEvent> _stored = [];
    private readonly List<TestMeter> _meters = [];
    private readonly List<(string Id, IReadOnlyList<string> Subjects)> _customers = [];
    private int _drops;
    private bool _isKnown;

    public TestWorld(TestPlace place) =>
        (_place, _store, _backfill) = (place, new UsageEventStore(place.Source, new StoredKeys(SegmentPolicy.Default)), new MeterBackfill(place.Source));

    /// <summary>Questions whose answers were compared.</summary>
    public int Compared { get; private set; }

    /// <summary>Of those, questions that cut a minute which is not all there any more.</summary>
    public int Refused { get; private set; }

    /// <summary>Questions to meters that had not counted all.</summary>
    public int Incomplete { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task PlayAsync(Scenario scenario)
    {
        await ClearAsync(scenario.SealedUntil);
        foreach (var step in scenario.Steps)
            await PlayAsync(step);
    }

    public void Dispose() => _oracle.Dispose();

    private Task PlayAsync(Step step) => step switch
    {
        Step.Store store => StoreAsync(store.Events),
        Step.AddMeter meter => AddMeterAsync(meter),
        Step.Regroup regroup => RegroupAsync(regroup),
        Step.Page page => _backfill.RunPageAsync(page.Size, Token),
        Step.FinishBackfills => FinishBackfillsAsync(),
        Step.Seal seal => SealAsync(seal.Until),
        Step.MoveSubjects move => MoveSubjectsAsync(move.Owners),
        Step.CloseSegment => new SegmentMaintenance(_place.Source, SegmentPolicy.Default).CloseAsync(Token),
        Step.DropSegments => DropSegmentsAsync(),
        Step.Ask ask => AskAsync(ask.Question),
        _ => throw new InvalidOperationException("No such step."),
    };

    private async Task ClearAsync(DateTimeOffset sealedUntil)
    {
        await _place.ExecuteAsync("""
            truncate usage_events, rollups, coarse_rollups, distinct_values, series, meter_starts, meter_backfills, replaced_generations, retired_generations;
            delete from meters; delete from customers; delete from customer_subjects; update dropped_events set latest_time = '-infinity'
            """);
        await _place.ExecuteAsync(
            "update rollup_seals set hours_until = date_trunc('hour', @time, 'UTC'), days_until = date_trunc('day', @time, 'UTC')", new NpgsqlParameter("time", sealedUntil));
    }

    private async Task AddMeterAsync(Step.AddMeter step)
    {
        var meter = new TestMeter($"m{_meters.Count}", step.Aggregation, step.EventFrom, step.Columns, _drops);
        using var created = await _place.SendAsync(HttpMethod.Post, "/meters", Json.Content(meter.ToJson().ToJsonString()));
        await ExpectAsync(HttpStatusCode.Created, created);
        _meters.Add(meter);
    }

    private async Task RegroupAsync(Step.Regroup step)
    {
        if (_meters.Count == 0)
            return;
        var number = step.Meter % _meters.Count;
        var body = new JsonObject { ["groupBy"] = TestMeter.GroupBy(step.Columns) };
        using var edited = await _place.SendAsync(HttpMethod.Put, $"/meters/{_meters[number].Slug}", Json.Content(body.ToJsonString()));

        // What it counted is not there any more: nothing is changed.
        if (edited.StatusCode == HttpStatusCode.Conflict && _drops > _meters[number].Drops)
            return;
        await ExpectAsync(HttpStatusCode.OK, edited);
        _meters[number] = _meters[number] with { Columns = step.Columns };
    }

    private async Task FinishBackfillsAsync()
    {
        while (await _backfill.RunPageAsync(50, Token) is not null)
        {
        }
    }

    private async Task SealAsync(DateTimeOffset until)
    {
        var present = (await _place.ReadAsync<DateTimeOffset>("select hours_until from rollup_seals"))[0];
        if (until - present < LongestSeal)
            await new RollupSealing(_place.Source).RunAsync(until, Token);
    }

    private async Task MoveSubjectsAsync(IReadOnlyList<int> owners)
    {
        foreach (var (id, _) in _customers)
        {
            using var deleted = await _place.SendAsync(HttpMethod.Delete, $"/customers/{id}");
            await ExpectAsync(HttpStatusCode.NoContent, deleted);
        }

        _customers.Clear();
        _isKnown = false;
        var shares = TestEvent.Subjects.Zip(owners).Where(pair => TestEvent.CanBeOwned(pair.First)).ToLookup(pair => pair.Second, pair => pair.First);
        foreach (var subjects in new[] { [.. shares[0]], [.. shares[1]], new[] { "unused" } }.Where(subjects => subjects.Length > 0))
            await AddCustomerAsync(subjects);
    }

    /// <summary>The first subject is its key, the others are its subjects; or all are.</summary>
    private async Task AddCustomerAsync(string[] subjects)
    {
        var hasKey = subjects.Length is (1 or > 2) && subjects[0].Length <= 256;
        var body = new JsonObject
        {
            ["name"] = "n",
            ["usageAttribution"] = new JsonObject { ["subjectKeys"] = new JsonArray([.. subjects.Skip(hasKey ? 1 : 0).Select(subject => (JsonNode)subject)]) },
        };
        if (hasKey)
            body["key"] = subjects[0];
        using var created = await _place.SendAsync(HttpMethod.Post, "/customers", Json.Content(body.ToJsonString()));
        await ExpectAsync(HttpStatusCode.Created, created);
        _customers.Add(((await created.ReadJsonAsync(Token)).Text("id")!, subjects));
    }

    private async Task StoreAsync(IReadOnlyList<TestEvent> events)
    {
        _isKnown = false;
        foreach (var partition in events.GroupBy(sent => sent.Partition))
        {
            var claim = await IngestOffsets.TakeOverAsync(_place.Source, _place.StreamId, partition.Key, 0, 0, Token);
            var placed = partition.Select((sent, i) => new StoredEvent(sent, $"{_stored.Count + i}", claim.NextOffset + i, int.MaxValue)).ToList();

            // What is sent again counts as it was the first time.
            var again = _stored.TakeLast(2).Concat(placed.Take(1)).Where(sent => sent.DroppedBy == int.MaxValue)
                .Select((sent, i) => new StoredEvent(partition.First() with { Subject = "acme" }, sent.Id, claim.NextOffset + placed.Count + i, int.MaxValue)).ToList();
            var records = placed.Concat(again).Select(sent => sent.Event.ToRecord(sent.Id, sent.Offset, _place.TenantId)).ToList();
            await _store.StoreAsync([new PartitionBatch(claim, claim.NextOffset + records.Count, records)], Token);
            _stored.AddRange(placed);
        }
    }

    /// <summary>Meters count what is there before: else they had less of it.</summary>
    private async Task DropSegmentsAsync()
    {
        await FinishBackfillsAsync();
        await new SegmentMaintenance(_place.Source, Forgetful).RunAsync(Token);
        var kept = (await _place.ReadAsync<string>("select id from usage_events")).ToHashSet();
        for (var i = 0; i < _stored.Count; i++)
        {
            if (_stored[i].DroppedBy == int.MaxValue && !kept.Contains(_stored[i].Id))
                _stored[i] = _stored[i] with { DroppedBy = _drops };
        }

        _drops++;
        _isKnown = false;
    }

    private async Task AskAsync(Question asked)
    {
        if (_meters.Count == 0)
            return;
        if (!_isKnown)
            _oracle.Know(_stored, _customers);
        _isKnown = true;

        var meter = _meters[asked.Meter % _meters.Count];
        var question = asked.Of(meter, [.. _customers.Select(customer => customer.Id)]);
        var answers = await Answer.AskAsync(_place, meter, question);
        if (answers[0].IsIncomplete)
        {
            Assert.NotEmpty(await _place.ReadAsync<Guid>("select meter_id from meter_backfills where done_at is null"));
            Incomplete++;
            return;
        }

        var (isRefused, expected) = (_oracle.IsRefused(meter, question), _oracle.Ask(meter, question));
        foreach (var answer in answers)
        {
            if (isRefused != answer.IsRefused || (!isRefused && !IsEqual(meter, question, expected, answer.Lines)))
                Assert.Fail($"{answer.Form} {meter} {question}\nexpected {(isRefused ? "400" : "")}\n{string.Join('\n', expected)}\nbut was {(answer.IsRefused ? "400" : "")}\n{string.Join('\n', answer.Lines)}");
        }

        Compared++;
        Refused += isRefused ? 1 : 0;
    }

    /// <summary>Nothing is counted as one row of 0, in which the clock may stand.</summary>
    private static bool IsEqual(TestMeter meter, Question question, IReadOnlyList<string> expected, IReadOnlyList<string> lines) =>
        expected.Count == 0 && meter.IsCount && question is { WindowSize: null, IsBySubject: false, IsByCustomer: false } && !question.Dimensions.Any()
            ? lines is [var line] && line.EndsWith(" 0", StringComparison.Ordinal)
            : expected.SequenceEqual(lines);

    private static async Task ExpectAsync(HttpStatusCode status, HttpResponseMessage response) =>
        Assert.True(response.StatusCode == status, $"{response.RequestMessage?.RequestUri}: {response.StatusCode} {await response.Content.ReadAsStringAsync(Token)}");
}
