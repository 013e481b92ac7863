using CloudNative.Web.Api;
using CloudNative.Web.Meters;

namespace CloudNative.Web.Tests.Meters;

public sealed class MeterDraftTests
{
    [Fact]
    public void ToNewMeter_BlankFields_AreAbsent()
    {
        var draft = new MeterDraft { Slug = " m ", EventType = "t", Aggregation = "COUNT", ValueProperty = "$.x", Name = " " };
        draft.Dimensions.Add(new MeterDraft.Dimension());

        Assert.Equal(new NewMeter("m", "t", "COUNT"), draft.ToNewMeter());
    }
}
