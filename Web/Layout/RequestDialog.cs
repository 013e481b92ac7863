using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Layout;

/// <summary>A dialog that asks one thing of the API and closes when that is done. The API holds the rules: what it refuses is shown in the dialog.</summary>
public abstract class RequestDialog : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _closed = new();

    [CascadingParameter]
    protected IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private protected MeteringApi Api { get; set; } = null!;

    /// <summary>What is wrong and stands beside no field.</summary>
    protected string? Error { get; set; }

    /// <summary>What is wrong with the fields; beside them.</summary>
    protected FieldErrors Errors { get; set; } = FieldErrors.None;

    /// <summary>The request is under way.</summary>
    protected bool IsBusy { get; private set; }

    /// <summary>What the dialog shows errors of, as <see cref="FieldErrors"/> wants it; null: of nothing, only the answer's message.</summary>
    protected virtual string[]? Fields => null;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _closed.Cancel();
        _closed.Dispose();
    }

    protected async Task RequestAsync(Func<CancellationToken, Task> request)
    {
        ArgumentNullException.ThrowIfNull(request);
        IsBusy = true;
        try
        {
            await request(_closed.Token);
        }
        catch (ApiException e) when (Fields is { } fields)
        {
            Errors = new FieldErrors(e.ValidationErrors, fields);
            Error = Errors.Elsewhere(e.Message);
        }
        catch (ApiException e)
        {
            Error = e.Message;
        }
        finally
        {
            IsBusy = false;
        }
    }
}
