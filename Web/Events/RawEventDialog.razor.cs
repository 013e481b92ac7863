using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Events;

/// <summary>One event as it was sent, indented, with every digit of its numbers.</summary>
public sealed partial class RawEventDialog
{
    /// <summary>Razor encodes for HTML; text of other scripts and quotes stay readable and copy as they are.</summary>
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string _json = "";

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public StoredEvent Event { get; set; } = null!;

    protected override void OnParametersSet() => _json = JsonSerializer.Serialize(Event.Event, Indented);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
