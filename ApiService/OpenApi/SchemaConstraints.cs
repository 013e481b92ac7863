using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Json;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>What a parameter or a field must be like, where the framework does not see it: in attributes that it does not know, and in what all routes share.</summary>
internal static class SchemaConstraints
{
    private const string DateTime = "date-time";

    private static readonly Dictionary<string, (int Most, int Default)> Counts = new()
    {
        ["limit"] = (PageLimit.Max, PageLimit.Default), ["page"] = (Paging.MaxPage, 1), ["pageSize"] = (Paging.MaxSize, Paging.DefaultSize),
    };

    private static readonly string[] Times = ["from", "to", "ingestedAtFrom", "ingestedAtTo"];

    public static void Add(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        foreach (var attribute in AttributesOf(context))
            Add(schema, attribute);
        // What is said of an array's texts is meant of each.
        if (schema is { Pattern: { } pattern, Items: OpenApiSchema item })
            (item.Pattern, schema.Pattern) = (pattern, null);
        // The framework knows texts and arrays only.
        if (schema is { Type: { } type, MaxLength: { } most } && type.HasFlag(JsonSchemaType.Object))
            (schema.MaxProperties, schema.MaxLength) = (most, null);
        AddShared(schema, NameOf(context));
        if (context.JsonPropertyInfo is { } property)
            AddMembers(schema, property);
    }

    public static bool IsRequired(JsonPropertyInfo property) => property.AttributeProvider?.IsDefined(typeof(RequiredAttribute), inherit: true) is true;

    private static void Add(OpenApiSchema schema, object attribute)
    {
        switch (attribute)
        {
            case AllowedValuesAttribute allowed:
                schema.Enum = [.. allowed.Values.Select(value => JsonValue.Create(value as string)!)];
                break;
            case DataTypeAttribute { DataType: DataType.DateTime }:
                schema.Format = DateTime;
                break;
            case RegularExpressionAttribute expression:
                schema.Pattern = expression.Pattern;
                break;
            case RequiredAttribute or NeverNullAttribute:
                schema.Type &= ~JsonSchemaType.Null;
                break;
        }
    }

    /// <summary>What holds for the names and the values of an object, or for the texts of an array, which no attribute can say.</summary>
    private static void AddMembers(OpenApiSchema schema, JsonPropertyInfo property)
    {
        var isDefinition = property.DeclaringType == typeof(MeterDefinition) || property.DeclaringType == typeof(MeterUpdate) || property.DeclaringType == typeof(CustomerDefinition);
        if (isDefinition && property.Name == "metadata")
        {
            schema.PropertyNames = new OpenApiSchema { MinLength = 1, MaxLength = FieldLimits.MaxMetadataKeyLength };
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = FieldLimits.MaxMetadataValueLength };
        }
        else if (isDefinition && property.Name == "groupBy")
        {
            schema.PropertyNames = new OpenApiSchema { MaxLength = MeterRules.MaxDimensionNameLength, Pattern = MeterRules.FreeDimensionNamePattern };
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = MeterRules.MaxPathLength, Pattern = MeterRules.PathPattern };
        }
        else if (property.PropertyType == typeof(IReadOnlyDictionary<string, FilterValues>))
        {
            schema.AdditionalProperties = ApiSchemas.FilterGroupBy().AdditionalProperties;
        }
        else if (property.DeclaringType == typeof(UsageAttribution))
        {
            (schema.UniqueItems, schema.Items) = (true, new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1 });
        }
    }

    private static void AddShared(OpenApiSchema schema, string? name)
    {
        if (schema.Type is not { } type)
            return;
        // Text to the framework, which would stop at the first of them that is something else.
        if (type.HasFlag(JsonSchemaType.String) && Counts.TryGetValue(name ?? "", out var count))
            (schema.Type, schema.Format, schema.Minimum, schema.Maximum, schema.Default) = (JsonSchemaType.Integer, "int32", "1", $"{count.Most}", count.Default);
        else if (type.HasFlag(JsonSchemaType.String) && name == Paging.IncludeDeleted)
            (schema.Type, schema.Default) = (JsonSchemaType.Boolean, false);
        else if (type.HasFlag(JsonSchemaType.String))
            AddSharedText(schema, name);
    }

    private static void AddSharedText(OpenApiSchema schema, string? name)
    {
        if (Times.Contains(name))
            schema.Format = DateTime;
        else if (name == "windowSize")
            schema.Enum ??= [.. WindowSizes.All.Select(size => JsonValue.Create(size))];
        else if (name == "order")
            schema.Enum = [.. Paging.Orders.Select(order => JsonValue.Create(order))];
    }

    private static string? NameOf(OpenApiSchemaTransformerContext context) =>
        context.JsonPropertyInfo?.Name ?? (context.ParameterDescription is { Name: { } parameter } ? QueryParameter.NameOf(parameter) : null);

    private static object[] AttributesOf(OpenApiSchemaTransformerContext context) =>
        context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(inherit: true)
        ?? (context.ParameterDescription?.ParameterDescriptor as IParameterInfoParameterDescriptor)?.ParameterInfo.GetCustomAttributes(inherit: true)
        ?? [];
}
