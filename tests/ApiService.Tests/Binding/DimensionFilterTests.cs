using CloudNative.ApiService.Binding;
using CloudNative.Metering.Validation;
using CloudNative.Tests;
using Microsoft.AspNetCore.Http;

namespace CloudNative.ApiService.Tests.Binding;

public sealed class DimensionFilterTests
{
    [Theory]
    [InlineData("?filterGroupBy[Model]=a")]
    [InlineData("?filtergroupby[Model]=a")]
    [InlineData("""?FilterGroupBy={"Model":"a"}""")]
    public void Read_ParameterInAnyCase_IsTheFilterWithTheDimensionAsWritten(string query)
    {
        var errors = new List<FieldError>();

        var filter = DimensionFilter.Read(new QueryString(query), errors);

        Assert.Empty(errors);
        var (dimension, values) = Assert.Single(filter);
        Assert.Equal(("Model", "a"), (dimension, Assert.Single(values.Values)));
    }

    [Fact]
    public void Read_DimensionsThatDifferInCase_AreTwo()
    {
        var errors = new List<FieldError>();

        var filter = DimensionFilter.Read(new QueryString("?filterGroupBy[Model]=a&filterGroupBy%5Bmodel%5D=b&FilterGroupBy[model]=c+%2B"), errors);

        Assert.Empty(errors);
        Assert.Equal(["Model: a", "model: b,c +"], filter.Select(wanted => $"{wanted.Key}: {string.Join(',', wanted.Value.Values)}"));
    }

    [Theory]
    [InlineData("""?filterGroupBy={"kind":"x","model":"a"}&filterGroupBy[model]=b""")]
    [InlineData("""?filterGroupBy[model]=a&filterGroupBy={"model":"a"}""")]
    public void Read_DimensionInTheObjectAndBesideIt_IsAnError(string query)
    {
        var errors = new List<FieldError>();

        DimensionFilter.Read(new QueryString(query), errors);

        Assert.Equal("filterGroupBy[model]", Assert.Single(errors).Field);
    }

    [Proves("or a JSON object as the value of filterGroupBy")]
    [Theory]
    [InlineData("?filterGroupBy[model]=a&filterGroupBy[model]=b")]
    [InlineData("""?filterGroupBy={"model":["a","b"]}""")]
    public void Read_SeveralValuesOfOneDimension_AreAllWanted(string query)
    {
        var errors = new List<FieldError>();

        var filter = DimensionFilter.Read(new QueryString(query), errors);

        Assert.Empty(errors);
        Assert.Equal(["a", "b"], filter["model"].Values);
    }

    [Proves("one that can't be read → 400")]
    [Theory]
    [InlineData("?filterGroupBy=model")]
    [InlineData("?filterGroupBy=null")]
    [InlineData("""?filterGroupBy=["a"]""")]
    [InlineData("""?filterGroupBy={"model":1}""")]
    [InlineData("""?filterGroupBy={"model":null}""")]
    [InlineData("""?filterGroupBy={"model":[]}""")]
    [InlineData("""?filterGroupBy={"model":["a",null]}""")]
    [InlineData("""?filterGroupBy={"model":"a","model":"b"}""")]
    public void Read_WhatCannotBeRead_IsAnError(string query)
    {
        var errors = new List<FieldError>();

        DimensionFilter.Read(new QueryString(query), errors);

        Assert.Equal("filterGroupBy", Assert.Single(errors).Field);
    }
}
