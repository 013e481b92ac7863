using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Meters;

/// <summary>Edits a meter as it was read; the API refuses the edit when somebody else was faster, and says so.</summary>
public sealed partial class EditMeterDialog : IDisposable
{
    private static readonly string[] Fields = ["name", "description", "groupBy.*", "metadata.*"];

    private readonly CancellationTokenSource _closed = new();
    private MeterEdit _edit = null!;
    private FieldErrors _errors = FieldErrors.None;
    private string? _error;
    private bool _saving;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Parameter, EditorRequired]
    public TaggedMeter Meter { get; set; } = null!;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    /// <summary>Reads the meter and shows it in a dialog; the edited meter, or null when it was left as it is.</summary>
    internal static async Task<Meter?> ShowAsync(IDialogService dialogs, MeteringApi api, string slug, CancellationToken cancellationToken)
    {
        var meter = await api.GetTaggedMeterAsync(slug, cancellationToken);
        var parameters = new DialogParameters<EditMeterDialog> { { x => x.Meter, meter } };
        var dialog = await dialogs.ShowAsync<EditMeterDialog>($"Edit {meter.Meter.Title}", parameters);
        return await dialog.Result is { Canceled: false, Data: Meter edited } ? edited : null;
    }

    protected override void OnInitialized() => _edit = new MeterEdit(Meter.Meter);

    private string? ErrorOf(MeterEdit.Note note) => _errors.Entry("metadata", note.Name.Trim());

    private async Task SaveAsync()
    {
        _saving = true;
        try
        {
            var meter = await Api.UpdateMeterAsync(Meter.Meter.Slug, _edit.ToChange(), Meter.Tag, _closed.Token);
            Dialog.Close(DialogResult.Ok(meter));
        }
        catch (ApiException e)
        {
            _errors = new FieldErrors(e.ValidationErrors, Fields);
            _error = _errors.Elsewhere(e.Message);
        }
        finally
        {
            _saving = false;
        }
    }
}
