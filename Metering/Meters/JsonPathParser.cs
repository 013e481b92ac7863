using System.Globalization;

namespace CloudNative.Metering.Meters;

/// <summary>Recursive descent over RFC 9535's grammar of <c>singular-query</c>.</summary>
internal sealed class JsonPathParser(string text)
{
    // RFC 9535 §2.1: integers stay inside the I-JSON range.
    private const long MaxIndex = 9_007_199_254_740_991;

    private int _at;

    private bool AtEnd => _at >= text.Length;

    private char Current => AtEnd ? '\0' : text[_at];

    public JsonPathSegment[] Parse()
    {
        if (Current != '$')
            throw Expected("a path starts with '$'");
        _at++;
        var segments = new List<JsonPathSegment>();
        while (!AtEnd)
        {
            SkipBlanks();
            segments.Add(Segment());
        }

        return [.. segments];
    }

    private JsonPathSegment Segment()
    {
        switch (Current)
        {
            case '.':
                _at++;
                return new JsonPathSegment(Shorthand());
            case '[':
                return Bracketed();
            default:
                throw Expected("'.name' or '[' expected");
        }
    }

    private JsonPathSegment Bracketed()
    {
        _at++;
        SkipBlanks();
        var segment = Current is '\'' or '"'
            ? new JsonPathSegment(new JsonPathString(text).Read(ref _at))
            : new JsonPathSegment(Index());
        SkipBlanks();
        if (Current != ']')
            throw Expected("']' expected (one name or one index; no slice, filter or list)");
        _at++;
        return segment;
    }

    private string Shorthand()
    {
        var start = _at;
        while (!AtEnd && IsNameCharacter(first: _at == start))
            _at += char.IsHighSurrogate(Current) ? 2 : 1;
        return _at > start ? text[start.._at] : throw Expected("a member name expected (wildcards and '..' are not supported)");
    }

    private bool IsNameCharacter(bool first) => Current switch
    {
        '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => true,
        >= '0' and <= '9' => !first,
        < '\x80' => false,
        var c when char.IsHighSurrogate(c) => _at + 1 < text.Length && char.IsLowSurrogate(text[_at + 1]),
        var c => !char.IsLowSurrogate(c),
    };

    private long Index()
    {
        var start = _at;
        if (Current == '-')
            _at++;
        var digits = _at;
        while (char.IsAsciiDigit(Current))
            _at++;
        var number = text.AsSpan(start, _at - start);
        if (_at == digits)
            throw new JsonPathException(start, "a quoted name or an index expected");
        if (text[digits] == '0' && (_at - digits > 1 || digits > start))
            throw new JsonPathException(start, "an index has no leading zero and is not -0");
        if (!long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) || index is < -MaxIndex or > MaxIndex)
            throw new JsonPathException(start, $"an index lies within ±{MaxIndex}");
        return index;
    }

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t' or '\n' or '\r')
            _at++;
    }

    private JsonPathException Expected(string what) => new(_at, what);
}
