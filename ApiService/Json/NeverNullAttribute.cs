namespace CloudNative.ApiService.Json;

/// <summary>
/// A property that a body may leave out, but not give as null, which would be taken for nothing said: a condition of a filter would be dropped. C#'s own attribute for it
/// does not stand on the property, but on its setter's parameter.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NeverNullAttribute : Attribute;
