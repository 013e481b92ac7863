using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Events;

/// <summary>What became of an event: the meters that counted it, or why none did.</summary>
public sealed partial class EventOutcome
{
    [Parameter, EditorRequired]
    public StoredEvent Event { get; set; } = null!;
}
