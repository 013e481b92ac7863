using System.ComponentModel.DataAnnotations;
using CloudNative.ApiService.Events;

namespace CloudNative.ApiService.Tests.Events;

public sealed class EventProducerOptionsTests
{
    [Fact]
    public void Validate_DefaultsWithAnyNumberOfConnections_AreTaken() =>
        Assert.All(Enumerable.Range(1, 12), connections => Assert.Empty(Errors(new EventProducerOptions { Connections = connections })));

    [Fact]
    public void Validate_ShareThatTheLargestRequestDoesNotFit_NamesTheKeys()
    {
        AssertNamed("Producer:QueueEvents", new EventProducerOptions { Connections = 4, QueueEvents = 19_999 });
        AssertNamed("Producer:QueueKilobytes", new EventProducerOptions { Connections = 4, QueueKilobytes = 4 * 5_346 - 1 });
    }

    private static void AssertNamed(string key, EventProducerOptions options) =>
        Assert.StartsWith($"{key} divided by Producer:Connections", Assert.Single(Errors(options)), StringComparison.Ordinal);

    private static List<string?> Errors(EventProducerOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return [.. results.Select(result => result.ErrorMessage)];
    }
}
