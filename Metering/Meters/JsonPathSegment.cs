using System.Text;
using System.Text.Json;

namespace CloudNative.Metering.Meters;

/// <summary>One step of a path: a member's name, or an element's index.</summary>
internal readonly struct JsonPathSegment
{
    // Kept as UTF-8: the lookup then compares the document's own bytes and allocates nothing.
    private readonly byte[]? _name;
    private readonly long _index;

    public JsonPathSegment(string name) => _name = Encoding.UTF8.GetBytes(name);

    public JsonPathSegment(long index) => _index = index;

    public bool TryStep(JsonElement from, out JsonElement value)
    {
        value = default;
        if (_name is not null)
            return from.ValueKind == JsonValueKind.Object && from.TryGetProperty(_name, out value);
        if (from.ValueKind != JsonValueKind.Array)
            return false;
        var length = from.GetArrayLength();
        var index = _index < 0 ? _index + length : _index;
        if (index < 0 || index >= length)
            return false;
        value = from[(int)index];
        return true;
    }
}
