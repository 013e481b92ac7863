using CloudNative.ApiService.Backlog;
using CloudNative.ApiService.Problems;

namespace CloudNative.ApiService.Events;

/// <summary>What a request is told whose events were not put on the log.</summary>
internal static class PublishProblem
{
    // Counting what fills a quarter of the log takes longer than a broker that was away takes to come back.
    private static readonly TimeSpan BacklogRetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>Null for an exception that <see cref="EventProducer"/> does not throw for this.</summary>
    public static ApiProblem? Of(Exception exception) => exception switch
    {
        BrokerUnavailableException => Problem.Unavailable(
            "Kafka did not acknowledge the events in time. Send the request again with the same ids: each event counts once."),
        BacklogFullException => Problem.Unavailable(
            "More events wait to be counted than Kafka may keep, so none are taken for now: nothing of this request was. Send it again later, with the same ids.",
            BacklogRetryAfter),
        UnfitTopicException => Problem.Unavailable(
            "Kafka's topic is set up so that events would be lost before they are counted, so none are taken until an operator has changed that: nothing of this request "
            + "was. Send it again later, with the same ids.",
            BacklogRetryAfter),
        _ => null,
    };
}
