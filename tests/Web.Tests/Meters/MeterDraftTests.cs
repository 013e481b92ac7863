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

    [Fact]
    public void Aggregations_AllSeven_TakeAValueButForCount()
    {
        Assert.Equal(["SUM", "COUNT", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST"], MeterDraft.Aggregations);
        Assert.Equal(["COUNT"], MeterDraft.Aggregations.Where(aggregation => !new MeterDraft { Aggregation = aggregation }.TakesValue));
        Assert.Equal(7, MeterDraft.Aggregations.Select(MeterDraft.Explain).Distinct().Count());
    }
}
