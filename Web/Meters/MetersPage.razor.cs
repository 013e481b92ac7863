using CloudNative.Web.Api;
using CloudNative.Web.Live;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Meters;

public sealed partial class MetersPage
{
    private static readonly IReadOnlyDictionary<string, string> EmptyGroups = new Dictionary<string, string>();

    private IReadOnlyList<Meter> _meters = [];
    private LivePage? _page;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    private async Task LoadAsync(CancellationToken cancellationToken) => _meters = await Api.GetMetersAsync(cancellationToken);

    private async Task CreateAsync()
    {
        var dialog = await Dialogs.ShowAsync<CreateMeterDialog>("New meter");
        if (await dialog.Result is { Canceled: false, Data: Meter meter })
            Done($"Meter {meter.Slug} created.");
    }

    private async Task EditAsync(Meter meter)
    {
        try
        {
            if (await EditMeterDialog.ShowAsync(Dialogs, Api, meter.Slug, CancellationToken.None) is { } edited)
                Done($"Meter {edited.Slug} saved.");
        }
        catch (ApiException e)
        {
            Snackbar.Add(e.Message, Severity.Error);
        }
    }

    private async Task DeleteAsync(Meter meter)
    {
        var parameters = new DialogParameters<DeleteMeterDialog> { { x => x.Meter, meter } };
        var dialog = await Dialogs.ShowAsync<DeleteMeterDialog>($"Delete {meter.Title}?", parameters);
        if (await dialog.Result is { Canceled: false })
            Done($"Meter {meter.Slug} deleted.");
    }

    private void Done(string what)
    {
        Snackbar.Add(what, Severity.Success);
        _page?.Reload();
    }
}
