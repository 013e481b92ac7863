using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Meters;

/// <summary>Edits a meter as it was read; the API refuses the edit when somebody else was faster, and says so.</summary>
public sealed partial class EditMeterDialog
{
    private MeterEdit _edit = null!;

    [Parameter, EditorRequired]
    public TaggedMeter Meter { get; set; } = null!;

    protected override string[] Fields { get; } = ["name", "description", "groupBy.*", "metadata.*"];

    /// <summary>Reads the meter and shows it in a dialog; the edited meter, or null when it was left as it is.</summary>
    internal static async Task<Meter?> ShowAsync(IDialogService dialogs, MeteringApi api, string slug, CancellationToken cancellationToken)
    {
        var meter = await api.GetTaggedMeterAsync(slug, cancellationToken);
        var parameters = new DialogParameters<EditMeterDialog> { { x => x.Meter, meter } };
        var dialog = await dialogs.ShowAsync<EditMeterDialog>($"Edit {meter.Meter.Title}", parameters);
        return await dialog.Result is { Canceled: false, Data: Meter edited } ? edited : null;
    }

    protected override void OnInitialized() => _edit = new MeterEdit(Meter.Meter);

    private string? ErrorOf(MeterEdit.Note note) => Errors.Entry("metadata", note.Name.Trim());

    private Task SaveAsync() => RequestAsync(
        async token => Dialog.Close(DialogResult.Ok(await Api.UpdateMeterAsync(Meter.Meter.Slug, _edit.ToChange(), Meter.Tag, token))));
}
