using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace CloudNative.ApiService.Events;

/// <summary>An event's attribute as a header carries it (CloudEvents HTTP binding 3.1.3.2): double-quoted strings are unescaped, then percent-decoded, once.</summary>
internal static class HeaderValue
{
    private static readonly SearchValues<char> Encoded = SearchValues.Create("\"%");

    /// <summary>False with the reason, in words.</summary>
    public static bool TryDecode(string value, out string text, out string reason)
    {
        (text, reason) = (value, "");
        if (!value.AsSpan().ContainsAny(Encoded))
            return true;

        if (Unquote(value) is not { } unquoted)
            reason = "A double quote is not closed.";
        else if (PercentDecode(unquoted) is not { } bytes)
            reason = "A % must be followed by two hexadecimal digits; % itself is %25.";
        else if (!Utf8.IsValid(bytes))
            reason = "Its percent-encoded bytes are not valid UTF-8.";
        else
            text = Encoding.UTF8.GetString(bytes);
        return reason.Length == 0;
    }

    private static string? Unquote(string value)
    {
        var text = new StringBuilder(value.Length);
        var quoted = false;
        for (var at = 0; at < value.Length; at++)
        {
            if (value[at] == '"')
                quoted = !quoted;
            else if (!quoted || value[at] != '\\')
                text.Append(value[at]);
            else if (++at < value.Length)
                text.Append(value[at]);
        }

        return quoted ? null : text.ToString();
    }

    private static byte[]? PercentDecode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] != '%')
                bytes[length++] = bytes[at];
            else if (at + 2 < bytes.Length && byte.TryParse(bytes.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length]))
                (length, at) = (length + 1, at + 2);
            else
                return null;
        }

        return bytes[..length];
    }
}
