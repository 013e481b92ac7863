using System.Text;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.IngestService.Tests;

public sealed class EventRecordReaderTests
{
    private const string Valid = """{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"acme"}""";
    private static readonly Ulid Tenant = Ulid.NewUlid();

    [Fact]
    public void Read_RecordOfTheApi_IsItsEvent()
    {
        var record = EventRecordReader.Read(Result(Encoding.UTF8.GetBytes(Valid), EventRecord.Tenant(Tenant)));
        Assert.Null(record.Rejection);
        Assert.Equal(("acme", Tenant, 42L), (record.Event!.Subject, record.TenantId, record.Offset));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123), record.IngestedAt);
    }

    [Fact]
    public void Read_RecordThatWasDatedBack_HasTheTimeOfItsHeader()
    {
        var ingestedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);
        var result = Result(Encoding.UTF8.GetBytes(Valid), EventRecord.Tenant(Tenant));
        result.Message.Headers.Add(EventRecord.IngestedAtHeader, EventRecord.IngestedAt(ingestedAt));
        Assert.Equal(ingestedAt, EventRecordReader.Read(result).IngestedAt);
    }

    [Fact]
    public void Read_NoTenant_IsRejectedWithItsBytes()
    {
        var record = EventRecordReader.Read(Result(Encoding.UTF8.GetBytes(Valid), null));
        Assert.Equal(DeadLetterReason.UnknownTenant, record.Rejection?.Reason);
        Assert.Equal(Valid, Encoding.UTF8.GetString(record.Value.Span));
    }

    [Fact]
    public void Read_TenantThatIsNoUlid_IsRejected() =>
        Assert.Equal(DeadLetterReason.UnknownTenant, EventRecordReader.Read(Result("{}"u8.ToArray(), "acme"u8.ToArray())).Rejection?.Reason);

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"a\",\"\\ud800\":1}")]
    [InlineData("\u0000\u0001")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"\"}")]
    public void Read_ValueThatIsNoEvent_IsRejectedWithTheReason(string value)
    {
        var record = EventRecordReader.Read(Result(Encoding.UTF8.GetBytes(value), EventRecord.Tenant(Tenant)));
        Assert.Null(record.Event);
        Assert.Equal(DeadLetterReason.InvalidEvent, record.Rejection?.Reason);
        Assert.NotEmpty(record.Rejection!.Detail);
        Assert.DoesNotContain('\0', record.Rejection.Detail);
    }

    [Fact]
    public void Read_Tombstone_IsRejected() =>
        Assert.Equal(DeadLetterReason.InvalidEvent, EventRecordReader.Read(Result(null, EventRecord.Tenant(Tenant))).Rejection?.Reason);

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(1_700_000_000_123_000)]
    public void Read_TimestampThatIsNoTime_IsRejected(long milliseconds)
    {
        var result = Result(Encoding.UTF8.GetBytes(Valid), EventRecord.Tenant(Tenant));
        result.Message.Timestamp = new Timestamp(milliseconds, TimestampType.CreateTime);
        Assert.Equal(DeadLetterReason.InvalidEvent, EventRecordReader.Read(result).Rejection?.Reason);
    }

    private static ConsumeResult<byte[], byte[]> Result(byte[]? value, byte[]? tenant)
    {
        var headers = new Headers();
        if (tenant is not null)
            headers.Add(EventRecord.TenantHeader, tenant);
        return new ConsumeResult<byte[], byte[]>
        {
            Offset = 42,
            Partition = 3,
            Message = new Message<byte[], byte[]> { Value = value!, Headers = headers, Timestamp = new Timestamp(1_700_000_000_123, TimestampType.CreateTime) },
        };
    }
}
