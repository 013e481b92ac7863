using System.ComponentModel.DataAnnotations;

namespace CloudNative.Web.Api;

/// <summary>How this front end calls the API; configuration section <c>Api</c>.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>The API key sent with every call. Required, no default.</summary>
    [Required(ErrorMessage = "Api:Key is missing: set it (environment variable Api__Key) to an API key of the tenant to show.")]
    public string Key { get; set; } = "";
}
