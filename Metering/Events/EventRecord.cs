using System.Globalization;
using System.Text;

namespace CloudNative.Metering.Events;

/// <summary>
/// The record that carries one event through Kafka: key = tenant and subject (one subject's events stay in order), value = the event as it was
/// received, timestamp = the time of ingest, headers = the tenant, the content type (CloudEvents Kafka binding, structured mode) and the trace context.
/// </summary>
public static class EventRecord
{
    /// <summary>The tenant's ULID, 26 characters.</summary>
    public const string TenantHeader = "tenant";

    public const string ContentTypeHeader = "content-type";

    /// <summary>
    /// The time of ingest in milliseconds since 1970, in digits: only on records that a broker would not take with it as their timestamp, and then it
    /// counts instead.
    /// </summary>
    public const string IngestedAtHeader = "ingested-at";

    public static readonly ReadOnlyMemory<byte> ContentType = "application/cloudevents+json; charset=utf-8"u8.ToArray();

    public static byte[] Key(Ulid tenantId, string subject) => Encoding.UTF8.GetBytes($"{tenantId}:{subject}");

    /// <summary>False when the header's value is no tenant id at all.</summary>
    public static bool TryReadTenant(ReadOnlySpan<byte> header, out Ulid tenantId) => Ulid.TryParse(header, out tenantId);

    public static byte[] Tenant(Ulid tenantId) => Encoding.ASCII.GetBytes(tenantId.ToString());

    public static byte[] IngestedAt(DateTimeOffset time) => Encoding.ASCII.GetBytes(time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    public static bool TryReadIngestedAt(ReadOnlySpan<byte> header, out long milliseconds) =>
        long.TryParse(header, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out milliseconds);
}
