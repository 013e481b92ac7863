using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CloudNative.Metering.Client.Reporting;

/// <summary>Sends batches until they are taken. What the API finds wrong is left out, so that it does not hold up the rest.</summary>
/// <param name="clients">Gives a client for each batch: it renews the connections of those that it hands out.</param>
/// <param name="settled">Is told of each event that was taken or refused.</param>
/// <param name="onRefused">Is told of each event that was refused.</param>
/// <param name="logger">Hears of refusals.</param>
internal sealed partial class BatchSender(IHttpClientFactory clients, Action<PendingEvent> settled, Action<RefusedEvent>? onRefused, ILogger logger)
{
    /// <summary>When this completes every event was taken or refused.</summary>
    /// <exception cref="MeteringException">Whether the rest was taken is not known: something else than the API answered.</exception>
    public async Task SendAsync(IReadOnlyList<PendingEvent> batch, CancellationToken cancellationToken)
    {
        var parts = new Stack<IReadOnlyList<PendingEvent>>([batch]);
        while (parts.TryPop(out var part))
        {
            if (await TrySendAsync(part, cancellationToken) is not { } wrong)
                continue;
            if (ReasonsOf(part, wrong) is { Count: > 0 } reasons)
            {
                foreach (var (index, reason) in reasons)
                    Refuse(part[index], reason);
                parts.Push([.. part.Where((_, index) => !reasons.ContainsKey(index))]);
            }
            else
            {
                parts.Push([.. part.Skip(part.Count / 2)]);
                parts.Push([.. part.Take(part.Count / 2)]);
            }
        }
    }

    /// <summary>Null when they were taken, else why not.</summary>
    private async Task<MeteringException?> TrySendAsync(IReadOnlyList<PendingEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return null;
        try
        {
            using var http = clients.CreateClient(MeteringClientServices.ReporterClient);
            await new MeteringClient(http).SendAsync([.. events.Select(pending => pending.Json)], cancellationToken);
        }
        catch (MeteringException e) when (e.IsRefusal || (e.Status == HttpStatusCode.RequestEntityTooLarge && events.Count > 1))
        {
            // Also a proxy may take fewer bytes: then smaller batches pass.
            return e;
        }

        foreach (var pending in events)
            settled(pending);
        return null;
    }

    /// <summary>The events that are wrong; none when the answer names none of several.</summary>
    private static Dictionary<int, string> ReasonsOf(IReadOnlyList<PendingEvent> part, MeteringException wrong)
    {
        if (part.Count == 1)
            return new() { [0] = wrong.Message };
        return wrong.ValidationErrors
            .Select(error => (Index: IndexOf(error.Field), error))
            .Where(found => found.Index is >= 0 && found.Index < part.Count)
            .GroupBy(found => found.Index!.Value, found => $"{found.error.Field}: {found.error.Message}")
            .ToDictionary(group => group.Key, group => string.Join(' ', group));
    }

    /// <summary>3 of <c>[3].subject</c>; null of a field of the whole body.</summary>
    private static int? IndexOf(string field) =>
        field.StartsWith('[') && int.TryParse(field.AsSpan(1, Math.Max(0, field.IndexOf(']', StringComparison.Ordinal) - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;

    private void Refuse(PendingEvent pending, string reason)
    {
        LogRefused(IdOf(pending.Json), reason);
        try
        {
            onRefused?.Invoke(new RefusedEvent(Encoding.UTF8.GetString(pending.Json), reason));
        }
        catch (Exception e)
        {
            // The application's own code must not stop the delivery of all other events.
            LogCallbackFailed(e);
        }

        settled(pending);
    }

    private static string? IdOf(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("id").GetString();
    }

    [LoggerMessage(1, LogLevel.Error, "The event {Id} is not taken, and will not be counted: {Reason}")]
    private partial void LogRefused(string? id, string reason);

    [LoggerMessage(2, LogLevel.Error, "OnRefused failed")]
    private partial void LogCallbackFailed(Exception exception);
}
