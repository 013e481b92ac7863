using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.ApiKeys;

/// <summary>Makes a successor of a key.</summary>
public sealed partial class RotateApiKeyDialog
{
    private static readonly (string Words, TimeSpan Overlap)[] Overlaps =
    [
        ("now", TimeSpan.Zero),
        ("in an hour", TimeSpan.FromHours(1)),
        ("in a day", TimeSpan.FromDays(1)),
        ("in a week", TimeSpan.FromDays(7)),
    ];

    private string _overlap = Overlaps[2].Words;

    [Parameter, EditorRequired]
    public ApiKey Key { get; set; } = null!;

    private Task RotateAsync() => RequestAsync(async token =>
    {
        var overlap = Array.Find(Overlaps, overlap => overlap.Words == _overlap).Overlap;
        Dialog.Close(DialogResult.Ok(await Api.RotateApiKeyAsync(Key.Id, overlap, token)));
    });
}
