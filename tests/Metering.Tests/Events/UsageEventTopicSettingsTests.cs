using CloudNative.Metering.Events;

namespace CloudNative.Metering.Tests.Events;

public sealed class UsageEventTopicSettingsTests
{
    [Theory]
    [InlineData("delete", false)]
    [InlineData(null, false)]
    [InlineData("compact", true)]
    [InlineData("compact,delete", true)]
    [InlineData("delete,compact", true)]
    public void FaultOf_CleanupPolicy_IsOneUnlessItOnlyDeletes(string? policy, bool isFault) =>
        Assert.Equal(isFault, UsageEventTopicSettings.FaultOf(name => name == "cleanup.policy" ? policy : null) is not null);

    [Theory]
    [InlineData("CreateTime", "2", 3, "")]
    [InlineData(null, null, 3, "")]
    [InlineData("CreateTime", "1", 1, "")]
    [InlineData("CreateTime", "1", 3, "min.insync.replicas")]
    [InlineData("LogAppendTime", "2", 3, "message.timestamp.type")]
    public void WarningOf_Settings_NamesWhatIsToBeChanged(string? timestamps, string? inSync, int replicas, string named)
    {
        var warning = UsageEventTopicSettings.WarningOf(
            name => name switch { "message.timestamp.type" => timestamps, "min.insync.replicas" => inSync, _ => null }, replicas);

        Assert.Equal(named.Length > 0, warning is not null);
        Assert.Contains(named, warning ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void OfNewTopic_Judged_IsWithoutFaultAndWarning()
    {
        Assert.Null(UsageEventTopicSettings.FaultOf(UsageEventTopicSettings.OfNewTopic.GetValueOrDefault));
        Assert.Null(UsageEventTopicSettings.WarningOf(UsageEventTopicSettings.OfNewTopic.GetValueOrDefault, replicas: 3));
    }
}
