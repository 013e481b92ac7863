using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace CloudNative.ApiService.Binding;

internal static class QueryParameter
{
    /// <summary>As a client spells it: the properties of a parameter record are PascalCase, the API is camelCase.</summary>
    public static string NameOf(IParameterBindingMetadata parameter) =>
        parameter.ParameterInfo.GetCustomAttributes(inherit: true).OfType<IFromQueryMetadata>().FirstOrDefault()?.Name
        ?? NameOf(parameter.Name);

    public static string NameOf(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}
