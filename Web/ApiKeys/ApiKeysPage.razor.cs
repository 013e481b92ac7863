using System.Globalization;
using CloudNative.Web.Api;
using CloudNative.Web.Live;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.ApiKeys;

public sealed partial class ApiKeysPage
{
    private const int FirstLimit = 50;

    /// <summary>As many as the API lists at once.</summary>
    private const int MaxLimit = 1000;

    /// <summary>A secret is gone when its dialog is: a stray click must not close it.</summary>
    private static readonly DialogOptions SecretOptions = new() { MaxWidth = MaxWidth.Small, FullWidth = true, BackdropClick = false, CloseOnEscapeKey = false };

    private IReadOnlyList<ApiKey> _keys = [];
    private LivePage? _page;
    private int _limit = FirstLimit;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "never";

    private async Task LoadAsync(CancellationToken cancellationToken) => _keys = await Api.GetApiKeysAsync(_limit, cancellationToken);

    private async Task CreateAsync()
    {
        var dialog = await Dialogs.ShowAsync<CreateApiKeyDialog>("New API key");
        if (await dialog.Result is { Canceled: false, Data: NewApiKey key })
            await ShowSecretAsync(key, $"Key {key.ApiKey.Name} created");
    }

    private async Task RotateAsync(ApiKey key)
    {
        var parameters = new DialogParameters<RotateApiKeyDialog> { { x => x.Key, key } };
        var dialog = await Dialogs.ShowAsync<RotateApiKeyDialog>($"Rotate {key.Name}?", parameters);
        if (await dialog.Result is { Canceled: false, Data: NewApiKey successor })
            await ShowSecretAsync(successor, $"Key {key.Name} rotated");
    }

    private async Task RevokeAsync(ApiKey key)
    {
        var parameters = new DialogParameters<RevokeApiKeyDialog> { { x => x.Key, key } };
        var dialog = await Dialogs.ShowAsync<RevokeApiKeyDialog>($"Revoke {key.Name}?", parameters);
        if (await dialog.Result is not { Canceled: false })
            return;
        Snackbar.Add($"Key {key.Name} revoked.", Severity.Success);
        _page?.Reload();
    }

    private async Task ShowSecretAsync(NewApiKey key, string title)
    {
        _page?.Reload();
        await Dialogs.ShowAsync<SecretDialog>(title, new DialogParameters<SecretDialog> { { x => x.Key, key } }, SecretOptions);
    }

    private void ShowMore()
    {
        _limit = Math.Min(MaxLimit, _limit * 4);
        _page?.Reload();
    }
}
