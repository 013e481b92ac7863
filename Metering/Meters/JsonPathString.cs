using System.Globalization;
using System.Text;

namespace CloudNative.Metering.Meters;

/// <summary>A quoted member name: RFC 9535's <c>string-literal</c>.</summary>
internal readonly struct JsonPathString(string text)
{
    /// <summary>Reads from the opening quote at <paramref name="at"/> to behind the closing one.</summary>
    public string Read(ref int at)
    {
        var quote = text[at++];
        var name = new StringBuilder();
        while (true)
        {
            if (at >= text.Length)
                throw new JsonPathException(at, $"closing {quote} expected");
            var c = text[at];
            if (c == quote)
            {
                at++;
                return name.ToString();
            }

            if (c < ' ')
                throw new JsonPathException(at, "a control character must be escaped");
            if (c == '\\')
                Escape(quote, name, ref at);
            else
                Plain(name, ref at);
        }
    }

    private void Plain(StringBuilder name, ref int at)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune))
            throw new JsonPathException(at, "half of a surrogate pair");
        name.Append(rune);
        at += rune.Utf16SequenceLength;
    }

    private void Escape(char quote, StringBuilder name, ref int at)
    {
        var start = at++;
        var c = at < text.Length ? text[at++] : '\0';
        switch (c)
        {
            case 'b': name.Append('\b'); break;
            case 't': name.Append('\t'); break;
            case 'n': name.Append('\n'); break;
            case 'f': name.Append('\f'); break;
            case 'r': name.Append('\r'); break;
            case '/' or '\\': name.Append(c); break;
            case 'u': Unicode(start, name, ref at); break;
            case '\'' or '"' when c == quote: name.Append(c); break;
            default: throw new JsonPathException(start, "no such escape");
        }
    }

    private void Unicode(int start, StringBuilder name, ref int at)
    {
        var first = Hex(start, ref at);
        if (Rune.TryCreate(first, out var rune))
        {
            name.Append(rune);
            return;
        }

        if (!char.IsHighSurrogate(first) || at + 1 >= text.Length || text[at] != '\\' || text[at + 1] != 'u')
            throw new JsonPathException(start, "half of a surrogate pair");
        at += 2;
        if (!Rune.TryCreate(first, Hex(start, ref at), out rune))
            throw new JsonPathException(start, "half of a surrogate pair");
        name.Append(rune);
    }

    private char Hex(int start, ref int at)
    {
        if (at + 4 > text.Length || !ushort.TryParse(text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            throw new JsonPathException(start, "\\u takes four hexadecimal digits");
        at += 4;
        return (char)unit;
    }
}
