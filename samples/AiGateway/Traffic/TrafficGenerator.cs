using System.Globalization;
using CloudNative.Metering.Client;

namespace CloudNative.AiGateway.Traffic;

/// <summary>Makes the usage events of the gateway's customers.</summary>
internal sealed class TrafficGenerator(double peakRequestsPerSecond)
{
    public const string Source = "ai-gateway";
    public const string TokensType = "llm.tokens";
    public const string RequestType = "llm.request";

    private const double FavouriteShare = 0.75;

    private readonly Random _random = new();

    public static IReadOnlyList<MeterDefinition> Meters { get; } =
    [
        new()
        {
            Slug = "tokens_total",
            Name = "Tokens",
            Description = "Tokens sent to and answered by language models",
            EventType = TokensType,
            Aggregation = Aggregation.Sum,
            ValueProperty = "$.tokens",
            GroupBy = new Dictionary<string, string> { ["model"] = "$.model", ["type"] = "$.type" },
        },
        new()
        {
            Slug = "requests_total",
            Name = "Requests",
            Description = "Calls to language models",
            EventType = RequestType,
            Aggregation = Aggregation.Count,
            GroupBy = new Dictionary<string, string> { ["model"] = "$.model" },
        },
    ];

    /// <summary>Mean number of requests a second at that time.</summary>
    public double RateAt(DateTimeOffset time) => peakRequestsPerSecond * DayShape.At(time);

    /// <summary>
    /// What one hour used, a total for each customer, model and type. The same hour always gives the same events, so that sending it again
    /// changes nothing.
    /// </summary>
    public IEnumerable<UsageEvent> HourlyTotals(DateTimeOffset hour)
    {
        var random = new Random((int)(hour.UtcTicks / TimeSpan.TicksPerHour));
        foreach (var customer in Catalog.Customers)
        {
            var requests = 3600 * RateAt(hour.AddMinutes(30)) * customer.Weight / Catalog.TotalWeight;
            foreach (var (index, model) in customer.Models.Index())
            {
                var share = (index == 0 ? FavouriteShare : 1 - FavouriteShare) * (0.8 + (0.4 * random.NextDouble()));
                yield return Total("prompt", model.PromptTokens);
                yield return Total("completion", model.CompletionTokens);

                UsageEvent Total(string type, int mean) => new()
                {
                    Id = $"{hour.UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture)}-{customer.Subject}-{model.Name}-{type}",
                    Source = Source,
                    Type = TokensType,
                    Subject = customer.Subject,
                    Time = hour,
                    Data = new TokenUsage((long)Math.Ceiling(requests * share * mean), model.Name, type),
                };
            }
        }
    }

    /// <summary>One call of one customer: the request, and the tokens of its prompt and its answer.</summary>
    public IEnumerable<UsageEvent> Request(DateTimeOffset time)
    {
        var customer = PickCustomer();
        var model = customer.Models[_random.NextDouble() < FavouriteShare ? 0 : 1];
        var id = Guid.CreateVersion7(time).ToString("N");
        var completion = Spread(model.CompletionTokens);
        yield return Event("request", RequestType, new ModelRequest(model.Name, 180 + (completion * 12)));
        yield return Event("prompt", TokensType, new TokenUsage(Spread(model.PromptTokens), model.Name, "prompt"));
        yield return Event("completion", TokensType, new TokenUsage(completion, model.Name, "completion"));

        UsageEvent Event(string part, string type, object data) =>
            new() { Id = $"{id}-{part}", Source = Source, Type = type, Subject = customer.Subject, Time = time, Data = data };
    }

    private Customer PickCustomer()
    {
        var left = _random.NextDouble() * Catalog.TotalWeight;
        return Catalog.Customers.First(customer => (left -= customer.Weight) < 0);
    }

    /// <summary>Between a third of the mean and five thirds.</summary>
    private int Spread(int mean) => (mean / 3) + _random.Next(mean * 4 / 3);
}
