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

    public static readonly ReadOnlyMemory<byte> ContentType = "application/cloudevents+json; charset=utf-8"u8.ToArray();

    public static byte[] Key(Ulid tenantId, string subject) => Encoding.UTF8.GetBytes($"{tenantId}:{subject}");

    /// <summary>False when the header's value is no tenant id at all.</summary>
    public static bool TryReadTenant(ReadOnlySpan<byte> header, out Ulid tenantId) => Ulid.TryParse(header, out tenantId);

    public static byte[] Tenant(Ulid tenantId) => Encoding.ASCII.GetBytes(tenantId.ToString());
}
