using CloudNative.Metering.Events;

namespace CloudNative.Metering.Tests.Events;

public sealed class UsageEventKeyTests
{
    private static readonly Ulid Tenant = Ulid.Parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");

    [Fact]
    public void Of_SameEvent_GivesTheSameKeyForever() =>
        // Stored keys are compared with computed ones: a change of the hash would count re-sent events again.
        Assert.Equal(Guid.Parse("5ce3c7a8-2527-c321-b195-b33fe7a313f0"), UsageEventKey.Of(Tenant, "gateway", "1"));

    [Theory]
    [InlineData("gateway1", "")]
    [InlineData("gateway", "2")]
    [InlineData("gatewa", "y1")]
    public void Of_OtherSourceOrId_GivesAnotherKey(string source, string id) =>
        Assert.NotEqual(UsageEventKey.Of(Tenant, "gateway", "1"), UsageEventKey.Of(Tenant, source, id));

    [Fact]
    public void Of_OtherTenant_GivesAnotherKey() =>
        Assert.NotEqual(UsageEventKey.Of(Tenant, "gateway", "1"), UsageEventKey.Of(Ulid.Empty, "gateway", "1"));
}
