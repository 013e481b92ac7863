using Microsoft.AspNetCore.Components.Server.Circuits;

namespace CloudNative.Web.Live;

/// <summary>Whether a browser is at the other end. A circuit outlives a lost one by minutes, in which nobody looks at its pages.</summary>
internal sealed class CircuitConnection : CircuitHandler
{
    /// <summary>Raised on a thread of its own choosing.</summary>
    public event Action? CameBack;

    public bool IsDown { get; private set; }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        IsDown = true;
        return Task.CompletedTask;
    }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        IsDown = false;
        CameBack?.Invoke();
        return Task.CompletedTask;
    }
}
