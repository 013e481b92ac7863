namespace CloudNative.ApiService.OpenApi;

/// <summary>What texts look like, in the words of JSON Schema (ECMA-262), for documents; what checks them says more of what is wrong.</summary>
internal static class SchemaPatterns
{
    public const string Ulid = "^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$";

    public const string NoControlCharacters = @"^[^\u0000-\u001F\u007F-\u009F]*$";

    /// <summary>RFC 3986: no character that may not stand unescaped.</summary>
    public const string UriReference = """^[^\u0000-\u0020\u007F-\u009F"<>\\^`{|}]*$""";

    /// <summary>A media type whose subtype is <c>json</c> or ends with <c>+json</c>, with any parameters.</summary>
    public const string JsonMediaType = @"^\s*[^/;\s][^/;]*/(?:[^;]*\+)?[jJ][sS][oO][nN]\s*(?:;[\s\S]*)?$";

    public const string AttributeName = "^[a-z0-9]+$";

    /// <summary>Every backslash has a character behind it.</summary>
    public const string LikePattern = @"^(?:[^\\]|\\[\s\S])*$";

    /// <summary>RFC 9110 §8.8.3: <c>*</c>, or entity tags.</summary>
    public const string EntityTags = """^(?:\*|(?:W/)?"[!#-~]*"(?:[ \t]*,[ \t]*(?:W/)?"[!#-~]*")*)$""";

    /// <summary>RFC 9110 §5.6.4, without escapes; clients of other APIs leave the quotes out.</summary>
    public const string IdempotencyKey = """^(?:[ !#-\[\]-~]{1,255}|"[ !#-\[\]-~]{1,255}")$""";
}
