using CloudNative.ApiService.Events;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace CloudNative.ApiService.Tests.Events;

public sealed class DimensionFilterTests
{
    [Theory]
    [InlineData("?filterGroupBy[Model]=a")]
    [InlineData("?filtergroupby[Model]=a")]
    [InlineData("""?FilterGroupBy={"Model":"a"}""")]
    public void Read_ParameterInAnyCase_IsTheFilterWithTheDimensionAsWritten(string query)
    {
        var errors = new List<FieldError>();

        var filter = DimensionFilter.Read(new QueryCollection(QueryHelpers.ParseQuery(query)), meter: null, errors);

        Assert.Equal([KeyValuePair.Create("Model", "a")], filter);
        Assert.Equal("Needs 'meter': dimensions are a meter's.", Assert.Single(errors).Message);
    }
}
