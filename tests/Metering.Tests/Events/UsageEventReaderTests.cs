using System.Text;
using System.Text.Json;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Events;

public sealed class UsageEventReaderTests
{
    private const string Minimal = """{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"acme"}""";

    [Proves("unknown CloudEvents extension attributes are kept")]
    [Fact]
    public void Read_CompleteEvent_KeepsEveryAttributeAndTheBytes()
    {
        const string Json = """
            { "specversion": "1.0", "id": "a-1", "source": "/gateway", "type": "tokens", "subject": "acme \u00e9",
              "time": "2026-01-31T23:59:59.1234567+02:00", "datacontenttype": "application/json", "ext1": 5, "data": {"n": 1.50, "a": [1, {}]} }
            """;
        var read = Single(Json);

        Assert.Equal(("a-1", "/gateway", "tokens", "acme é"), (read.Id, read.Source, read.Type, read.Subject));
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 21, 59, 59, TimeSpan.Zero).AddMicroseconds(123456), read.Time);
        Assert.Equal(Json.Trim(), Encoding.UTF8.GetString(read.Json.Span).Trim());
        Assert.Equal("""{"n": 1.50, "a": [1, {}]}""", Encoding.UTF8.GetString(read.Data.Span));
    }

    [Proves("time RFC 3339, absent or null = now", "datacontenttype only JSON", "dataschema URI", "data an object or null/absent")]
    [Theory]
    [InlineData("\"time\":null")]
    [InlineData("\"data\":null,\"datacontenttype\":null,\"dataschema\":null")]
    [InlineData("\"source\":\"#fragment\"")]
    [InlineData("\"extbool\":true,\"extint\":-1,\"exturi\":\"//authority/path\"")]
    [InlineData("\"datacontenttype\":\"application/vnd.x+JSON; charset=utf-8\"")]
    [InlineData("\"datacontenttype\":\"text/json\"")]
    [InlineData("\"extmin\":-2147483648,\"extmax\":2147483647,\"extnull\":null,\"comexampleextension1\":\"value\"")]
    [InlineData("\"dataschema\":\"urn:example:schema\",\"data\":{}")]
    [InlineData("\"time\":\"2018-04-05t17:31:00.5z\"")]
    public void Read_WhatTheSpecificationAllows_IsAccepted(string attributes)
    {
        var withoutDuplicates = attributes.Contains("source", StringComparison.Ordinal) ? Minimal.Replace("\"source\":\"s\",", "", StringComparison.Ordinal) : Minimal;
        Assert.NotNull(Single(withoutDuplicates[..^1] + "," + attributes + "}"));
    }

    [Proves("source (URI-reference)", "time RFC 3339, absent or null = now", "datacontenttype only JSON", "dataschema URI", "data an object or null/absent")]
    [Theory]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t"}""", "subject", ErrorCodes.Required)]
    [InlineData("""{"specversion":"1.0","id":"","source":"s","type":"t","subject":"a"}""", "id", ErrorCodes.Required)]
    [InlineData("""{"specversion":"1.0","id":7,"source":"s","type":"t","subject":"a"}""", "id", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"0.3","id":"1","source":"s","type":"t","subject":"a"}""", "specversion", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"a b","type":"t","subject":"a"}""", "source", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a\u0000b"}""", "subject", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"\ud800"}""", "subject", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","id":"2","source":"s","type":"t","subject":"a"}""", "id", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","Time":"x"}""", "Time", ErrorCodes.Unknown)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","time":"2026-01-31T10:00:00"}""", "time", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","data":"text"}""", "data", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","datacontenttype":"text/xml"}""", "datacontenttype", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","dataschema":"relative"}""", "dataschema", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","dataschema":"/schemas/x"}""", "dataschema", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","dataschema":"//host/schemas/x"}""", "dataschema", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","dataschema":" https://example.com/x"}""", "dataschema", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","ext":{"a":1}}""", "ext", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","ext":1.5}""", "ext", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","ext":2147483648}""", "ext", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","ext":"a\u0085b"}""", "ext", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","ext_a":"b"}""", "ext_a", ErrorCodes.Unknown)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","data_base64":"e30="}""", "data_base64", ErrorCodes.Unknown)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","datacontenttype":"json"}""", "datacontenttype", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","datacontenttype":"/json"}""", "datacontenttype", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":1.0,"id":"1","source":"s","type":"t","subject":"a"}""", "specversion", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":null}""", "subject", ErrorCodes.Required)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","data":[1]}""", "data", ErrorCodes.Invalid)]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"a","time":0}""", "time", ErrorCodes.Invalid)]
    public void Read_InvalidAttribute_NamesFieldAndReason(string json, string field, string code)
    {
        var errors = new List<FieldError>();
        Assert.Empty(UsageEventReader.Read(Encoding.UTF8.GetBytes(json), EventBody.One, errors));
        var error = Assert.Single(errors);
        Assert.Equal((field, code), (error.Field, error.Code));
    }

    [Proves("naming index and field")]
    [Fact]
    public void Read_BatchWithSeveralErrors_ReportsAllWithIndex()
    {
        var json = $$"""[{{Minimal}}, {"specversion":"1.0","source":"s","type":"t"}, 5]""";
        var errors = new List<FieldError>();
        UsageEventReader.Read(Encoding.UTF8.GetBytes(json), EventBody.Batch, errors);
        Assert.Equal(["[1].id", "[1].subject", "[2]"], errors.Select(error => error.Field));
    }

    [Theory]
    [InlineData("{\"specversion\":")]
    [InlineData("[1,]")]
    [InlineData("{} {}")]
    [InlineData("")]
    [InlineData("{\"a\":NaN}")]
    public void Read_NotJson_IsOneError(string json)
    {
        var errors = new List<FieldError>();
        UsageEventReader.Read(Encoding.UTF8.GetBytes(json), EventBody.OneOrBatch, errors);
        Assert.Contains(errors, error => error is { Field: "body", Code: ErrorCodes.Invalid });
    }

    [Fact]
    public void Read_InvalidUtf8_IsRefused()
    {
        var errors = new List<FieldError>();
        UsageEventReader.Read(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }, EventBody.One, errors);
        Assert.Equal("body", Assert.Single(errors).Field);
    }

    [Fact]
    public void Read_TooLargeEventAndTooLongBatch_AreRefused()
    {
        var large = Minimal[..^1] + ",\"data\":{\"x\":\"" + new string('x', UsageEventReader.MaxEventBytes) + "\"}}";
        var errors = new List<FieldError>();
        UsageEventReader.Read(Encoding.UTF8.GetBytes(large), EventBody.One, errors);
        Assert.Equal(ErrorCodes.TooLong, Assert.Single(errors).Code);

        errors.Clear();
        var many = "[" + string.Join(',', Enumerable.Repeat(Minimal, UsageEventReader.MaxBatchLength + 1)) + "]";
        UsageEventReader.Read(Encoding.UTF8.GetBytes(many), EventBody.Batch, errors);
        Assert.Equal(ErrorCodes.TooMany, Assert.Single(errors).Code);
    }

    [Fact]
    public void Read_BodyMadeOfErrors_ReportsTheFirstHundredAndCountsTheOthers()
    {
        var errors = new List<FieldError>();
        var attributes = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"A{i}\":1"));

        UsageEventReader.Read(Encoding.UTF8.GetBytes($$"""[{{{attributes}},"id":5},{{Minimal}},5]"""), EventBody.Batch, errors, out var omitted);

        Assert.Equal(UsageEventReader.MaxErrors, errors.Count);
        // The 10,000; an id of the wrong type, which is not missed as well; four attributes that are missing; and what is no event.
        Assert.Equal(10_000 + 1 + 4 + 1, errors.Count + omitted);
    }

    [Fact]
    public void Read_EmptyBatch_IsValid()
    {
        var errors = new List<FieldError>();
        Assert.Empty(UsageEventReader.Read("[]"u8.ToArray(), EventBody.Batch, errors));
        Assert.Empty(errors);
    }

    [Fact]
    public void Read_Batch_SlicesEachEventsOwnBytes()
    {
        var second = Minimal.Replace("\"1\"", "\"2\"", StringComparison.Ordinal);
        var errors = new List<FieldError>();
        var events = UsageEventReader.Read(Encoding.UTF8.GetBytes($"[ {Minimal} ,\n {second} ]"), EventBody.OneOrBatch, errors);
        Assert.Equal([Minimal, second], events.Select(e => Encoding.UTF8.GetString(e.Json.Span)));
        Assert.All(events, e => JsonDocument.Parse(e.Json).Dispose());
    }

    private static UsageEvent Single(string json)
    {
        var errors = new List<FieldError>();
        var events = UsageEventReader.Read(Encoding.UTF8.GetBytes(json), EventBody.One, errors);
        Assert.Empty(errors);
        return Assert.Single(events);
    }
}
