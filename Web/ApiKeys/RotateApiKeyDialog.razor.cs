using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.ApiKeys;

/// <summary>Makes a successor of a key.</summary>
public sealed partial class RotateApiKeyDialog : IDisposable
{
    private static readonly (string Words, TimeSpan Overlap)[] Overlaps =
    [
        ("now", TimeSpan.Zero),
        ("in an hour", TimeSpan.FromHours(1)),
        ("in a day", TimeSpan.FromDays(1)),
        ("in a week", TimeSpan.FromDays(7)),
    ];

    private readonly CancellationTokenSource _closed = new();
    private string _overlap = Overlaps[2].Words;
    private string? _error;
    private bool _rotating;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Parameter, EditorRequired]
    public ApiKey Key { get; set; } = null!;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task RotateAsync()
    {
        _rotating = true;
        try
        {
            var overlap = Array.Find(Overlaps, overlap => overlap.Words == _overlap).Overlap;
            Dialog.Close(DialogResult.Ok(await Api.RotateApiKeyAsync(Key.Id, overlap, _closed.Token)));
        }
        catch (ApiException e)
        {
            _error = e.Message;
        }
        finally
        {
            _rotating = false;
        }
    }
}
