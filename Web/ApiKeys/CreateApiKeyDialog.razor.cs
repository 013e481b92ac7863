using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.ApiKeys;

/// <summary>Asks for a new API key.</summary>
public sealed partial class CreateApiKeyDialog
{
    private readonly ApiKeyDraft _draft = new();

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    protected override string[] Fields { get; } = ["name", "scopes", "expiresAt"];

    private Task SaveAsync() => RequestAsync(async token => Dialog.Close(DialogResult.Ok(await Api.CreateApiKeyAsync(_draft.ToRequest(Clock.GetUtcNow()), token))));
}
