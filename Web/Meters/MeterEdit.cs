using CloudNative.Web.Api;

namespace CloudNative.Web.Meters;

/// <summary>A meter while it is being edited.</summary>
internal sealed class MeterEdit(Meter meter)
{
    private readonly IReadOnlyDictionary<string, string> _present = meter.GroupBy ?? new Dictionary<string, string>();

    public string? Name { get; set; } = meter.Name;

    public string? Description { get; set; } = meter.Description;

    public List<MeterDraft.Dimension> Dimensions { get; } =
        [.. (meter.GroupBy ?? new Dictionary<string, string>()).Select(dimension => new MeterDraft.Dimension { Name = dimension.Key, Path = dimension.Value })];

    public List<Note> Notes { get; } =
        [.. (meter.Metadata ?? new Dictionary<string, string>()).Select(note => new Note { Name = note.Key, Value = note.Value })];

    /// <summary>The dimensions are others than before.</summary>
    public bool IsRecounted => MeterDraft.GroupBy(Dimensions) is var groupBy
        && (groupBy.Count != _present.Count || groupBy.Any(dimension => _present.GetValueOrDefault(dimension.Key) != dimension.Value));

    public MeterChange ToChange()
    {
        var metadata = new Dictionary<string, string>();
        foreach (var note in Notes.Where(note => note.Name.Length + note.Value.Length > 0))
            metadata[note.Name.Trim()] = note.Value.Trim();
        return new MeterChange(MeterDraft.Given(Name), MeterDraft.Given(Description), metadata, MeterDraft.GroupBy(Dimensions));
    }

    internal sealed class Note
    {
        public string Name { get; set; } = "";

        public string Value { get; set; } = "";
    }
}
