using CloudNative.Web.Api;
using CloudNative.Web.Live;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Meters;

public sealed partial class MeterPage
{
    private LivePage? _page;
    private MeterView _view = new();
    private (string Slug, MeterView View)? _shown;
    private MeterUsage? _usage;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Parameter]
    public string Slug { get; set; } = "";

    [SupplyParameterFromQuery]
    private string? Range { get; set; }

    [SupplyParameterFromQuery]
    private string? Window { get; set; }

    [SupplyParameterFromQuery]
    private string? By { get; set; }

    [SupplyParameterFromQuery]
    private string? Subject { get; set; }

    [SupplyParameterFromQuery]
    private string? First { get; set; }

    [SupplyParameterFromQuery]
    private string? Last { get; set; }

    protected override void OnParametersSet()
    {
        _view = MeterView.Parse(Range, Window, By, Subject, (First, Last));
        if (_shown is { } shown && shown != (Slug, _view))
            _page?.Reload();
        _shown = (Slug, _view);
    }

    private void Show(MeterView view) => Navigation.NavigateTo(view.AddressOf(Slug), replace: true);

    private async Task EditAsync()
    {
        try
        {
            if (await EditMeterDialog.ShowAsync(Dialogs, Api, Slug, CancellationToken.None) is null)
                return;
            Snackbar.Add($"Meter {Slug} saved.", Severity.Success);
            _page?.Reload();
        }
        catch (ApiException e)
        {
            Snackbar.Add(e.Message, Severity.Error);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken) =>
        _usage = await MeterUsage.LoadAsync(Api, Slug, _view, Time.GetUtcNow(), cancellationToken);
}
