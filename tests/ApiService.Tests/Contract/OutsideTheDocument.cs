namespace CloudNative.ApiService.Tests.Contract;

/// <summary>
/// Why a request may be refused that the document allows, by operation: for what the tenant has at that moment, or for a rule that JSON Schema has no words for. Everything else that
/// is refused is a fault of the document.
/// </summary>
internal static class OutsideTheDocument
{
    private const string TwoTimes = "from lies behind to: a relation of two values.";
    private const string Zone = "The zones that there are come with the server's data.";
    private const string Dimension = "A meter's dimensions are what it was created with.";
    private const string Customer = "Customers come and go.";
    private const string MediaRule = "A table is text to JSON Schema.";

    private static readonly Dictionary<string, string> Question = new()
    {
        ["from out_of_range"] = TwoTimes, ["windowTimeZone unknown"] = Zone, ["groupBy unknown"] = Dimension, ["filterGroupBy unknown"] = Dimension,
        ["advancedMeterGroupByFilters unknown"] = Dimension, ["filterCustomerId unknown"] = Customer,
    };

    private static readonly Dictionary<string, string> Definition = new()
    {
        ["valueProperty required"] = "Needed by all aggregations but COUNT: a condition on another field, of which generators make two types.",
        ["valueProperty forbidden"] = "The same.",
    };

    /// <summary>Field and code of what a 400 tells, and why.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> Errors = new()
    {
        ["CreateApiKey"] = new() { ["expiresAt out_of_range"] = "Must lie ahead of the server's clock." },
        ["CreateCustomer"] = new() { ["key required"] = "A key or a subject key: a relation of two fields." },
        ["UpdateCustomer"] = new() { ["key required"] = "A key or a subject key: a relation of two fields." },
        ["ImportCustomers"] = new() { [" invalid"] = MediaRule, [" required"] = MediaRule, [" unknown"] = MediaRule },
        ["CreateMeter"] = Definition,
        ["PreviewMeter"] = Definition.Concat(Question).ToDictionary(),
        ["QueryMeter"] = Question,
        ["QueryMeterPost"] = Question,
        ["QueryPortalMeter"] = Question,
        ["CreatePortalToken"] = new() { ["expiresAt out_of_range"] = "Must lie ahead of the server's clock, and not far.", ["allowedMeterSlugs unknown"] = "Meters come and go." },
        ["ListMeterSubjects"] = new() { ["from out_of_range"] = TwoTimes },
        ["ListMeterGroupByValues"] = new() { ["from out_of_range"] = TwoTimes },
        ["ListAudit"] = new() { ["from out_of_range"] = TwoTimes },
        ["ListDeadLetters"] = new() { ["from out_of_range"] = TwoTimes },
        ["GetLedger"] = new() { ["from out_of_range"] = TwoTimes, ["to out_of_range"] = "Before the books that are kept." },
        ["ListEvents"] = new()
        {
            ["from out_of_range"] = TwoTimes, ["ingestedAtFrom out_of_range"] = TwoTimes, ["customerId unknown"] = Customer, ["meter unknown"] = "Meters come and go.",
            ["filterGroupBy invalid"] = "Only beside 'meter': a relation of two parameters.", ["filterGroupBy unknown"] = Dimension,
        },
        ["ListEventsV2"] = new()
        {
            ["cursor invalid"] = "Opaque: what an answer gave, and nothing else.", ["filter unknown"] = Customer, ["filter out_of_range"] = "No time meets both: a relation of two conditions.",
        },
        ["ReplayDeadLetter"] = new() { ["body invalid"] = "The letter's own bytes are no event: it must be repaired first." },
        ["UpsertSubjects"] = new() { [" invalid"] = "A key stands twice: a relation of two items.", [" too_long"] = "16 KiB of metadata as JSON, however many members that is." },
    };

    /// <summary>Statuses beside those of every operation, and why.</summary>
    private static readonly Dictionary<(string Operation, int Status), string> Statuses = new()
    {
        [("CreateCustomer", 409)] = "Another customer has one of the names.",
        [("UpdateCustomer", 409)] = "Another customer has one of the names.",
        [("ImportCustomers", 409)] = "Another customer has one of the names.",
        [("CreateMeter", 409)] = "Another meter has the slug.",
        [("RotateApiKey", 409)] = "The key was rotated or revoked before.",
        [("RepairDeadLetter", 409)] = "The letter was replayed or discarded before.",
        [("ReplayDeadLetter", 409)] = "The letter was discarded before.",
        [("DiscardDeadLetter", 409)] = "The letter was replayed or discarded before.",
        [("InvalidatePortalTokens", 404)] = "Ids in a body are drawn, and of no token.",
    };

    /// <summary>Whether an answer to a request that the document allows is no fault.</summary>
    public static bool Allows(ApiOperation operation, DrawnRequest request, int status, IReadOnlyCollection<(string Field, string Code)> errors) => status switch
    {
        >= 200 and < 300 => true,
        400 => errors.Count > 0 && errors.All(error => Errors.GetValueOrDefault(operation.Id)?.ContainsKey($"{error.Field.Split('.')[0].Split('[')[0]} {error.Code}") is true),
        404 when request.Names(DrawnRequest.NoSuch) => true,
        412 => request.Has("If-Match"),
        422 => request.Has("Idempotency-Key"),
        _ => Statuses.ContainsKey((operation.Id, status)),
    };
}
