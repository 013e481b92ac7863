using System.Globalization;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.Validation;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Binding;

/// <summary><c>If-Match</c> (RFC 9110 §13.1.1): a change is made only while the thing still is what the client saw.</summary>
internal static class IfMatch
{
    public const string Header = "If-Match";

    /// <summary>The ETag of a row: changes with every change of it.</summary>
    public static string TagOf(uint version) => string.Create(CultureInfo.InvariantCulture, $"\"{version:x}\"");

    /// <summary>Adds an error when it can't be read.</summary>
    public static void Check(string? header, ICollection<FieldError> errors)
    {
        if (header is not null && Tags(header) is null)
            errors.Add(new FieldError(Header, ErrorCodes.Invalid, "Must be entity tags in double quotes, or *."));
    }

    /// <summary>Null when the change may be made: no condition, <c>*</c>, or a strong tag that is the present one.</summary>
    public static ApiProblem? Refusal(string? header, string presentTag)
    {
        if (header is null)
            return null;
        var present = new EntityTagHeaderValue(presentTag);
        return Tags(header)?.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(present, useStrongComparison: true)) is true ? null : Changed();
    }

    private static IList<EntityTagHeaderValue>? Tags(string header) => EntityTagHeaderValue.TryParseStrictList([header], out var tags) && tags.Count > 0 ? tags : null;

    /// <summary>Somebody was faster.</summary>
    public static ApiProblem Changed() => Problem.PreconditionFailed("It was changed since: read it again, and decide anew.");
}
