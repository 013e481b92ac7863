using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Meters;

/// <summary>Asks for a new meter. The API holds the rules: what it finds wrong is shown beside the fields.</summary>
public sealed partial class CreateMeterDialog : IDisposable
{
    private static readonly string[] Fields = ["slug", "eventType", "aggregation", "valueProperty", "name", "description", "groupBy.*"];

    private readonly MeterDraft _draft = new();
    private readonly CancellationTokenSource _closed = new();
    private FieldErrors _errors = FieldErrors.None;
    private string? _error;
    private bool _saving;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task SaveAsync()
    {
        _saving = true;
        try
        {
            var meter = await Api.CreateMeterAsync(_draft.ToNewMeter(), _closed.Token);
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
