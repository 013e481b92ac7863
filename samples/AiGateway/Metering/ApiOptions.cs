namespace CloudNative.AiGateway.Metering;

/// <summary>Where usage is reported to; section <c>Api</c>.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>API key to report with. Required; the AppHost sets it.</summary>
    public string Key { get; set; } = "";

    /// <summary>The API service; a name that service discovery resolves, or an absolute URL. Default <c>https+http://api</c>.</summary>
    public string BaseAddress { get; set; } = "https+http://api";
}
