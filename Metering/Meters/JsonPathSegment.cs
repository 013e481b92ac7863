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

    private static bool TryGetMember(JsonElement from, byte[] name, out JsonElement value)
    {
        try
        {
            return from.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException)
        {
            return TryGetReadableMember(from, name, out value);
        }
    }

    // JSON allows a name with an unpaired surrogate, which is no text: no path can mean it, and it must not hide the others.
    private static bool TryGetReadableMember(JsonElement from, byte[] name, out JsonElement value)
    {
        value = default;
        var found = false;
        foreach (var member in from.EnumerateObject())
        {
            try
            {
                if (member.NameEquals(name))
                    (value, found) = (member.Value, true);
            }
            catch (InvalidOperationException)
            {
                // This one.
            }
        }

        return found;
    }

    public bool TryStep(JsonElement from, out JsonElement value)
    {
        value = default;
        if (_name is not null)
            return from.ValueKind == JsonValueKind.Object && TryGetMember(from, _name, out value);
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
