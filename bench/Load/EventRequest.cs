using System.Text;

namespace CloudNative.Bench.Load;

/// <summary>
/// A POST of events whose bytes are made once; only the ids and times in it are written anew for each sending. It belongs to one connection.
/// </summary>
internal sealed class EventRequest
{
    private const string Single = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";

    private readonly byte[] _bytes;
    private readonly int[] _ids;
    private readonly int[] _times;

    /// <param name="events">How many; one is sent as a single event.</param>
    /// <param name="seed">Another one gives other subjects and values.</param>
    public EventRequest(Uri api, string apiKey, int events, long seed)
    {
        var body = new MemoryStream();
        var (ids, times) = (new int[events], new int[events]);
        var samples = BenchEvent.Range(seed * events, events, DateTimeOffset.UnixEpoch);
        body.Write(events == 1 ? ""u8 : "["u8);
        for (var i = 0; i < events; i++)
        {
            body.Write(i == 0 ? ""u8 : ","u8);
            ids[i] = (int)body.Length + BenchEvent.IdPosition;
            times[i] = (int)body.Length + samples[i].Json.AsSpan().IndexOf("\"time\":\""u8) + "\"time\":\"".Length;
            body.Write(samples[i].Json);
        }

        body.Write(events == 1 ? ""u8 : "]"u8);
        var head = Encoding.ASCII.GetBytes(
            $"POST /api/v1/events HTTP/1.1\r\nHost: {api.Authority}\r\nAuthorization: Bearer {apiKey}\r\n"
            + $"Content-Type: {(events == 1 ? Single : Batch)}\r\nContent-Length: {body.Length}\r\n\r\n");
        _bytes = [.. head, .. body.ToArray()];
        _ids = [.. ids.Select(position => position + head.Length)];
        _times = [.. times.Select(position => position + head.Length)];
        Content = Sent.Of(samples);
    }

    /// <summary>What each sending adds.</summary>
    public Sent Content { get; }

    /// <summary>The bytes with new ids and the given time, until the next call.</summary>
    public ReadOnlyMemory<byte> Next(DateTimeOffset time)
    {
        var number = EventId.Take(_ids.Length);
        Span<byte> text = stackalloc byte[EventTime.Length];
        EventTime.Write(text, time);
        for (var i = 0; i < _ids.Length; i++)
        {
            EventId.Write(_bytes.AsSpan(_ids[i], EventId.Length), number + i);
            text.CopyTo(_bytes.AsSpan(_times[i]));
        }

        return _bytes;
    }
}
