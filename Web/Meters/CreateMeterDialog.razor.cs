using MudBlazor;

namespace CloudNative.Web.Meters;

/// <summary>Asks for a new meter.</summary>
public sealed partial class CreateMeterDialog
{
    private readonly MeterDraft _draft = new();

    protected override string[] Fields { get; } = ["slug", "eventType", "aggregation", "valueProperty", "name", "description", "groupBy.*"];

    private Task SaveAsync() => RequestAsync(async token => Dialog.Close(DialogResult.Ok(await Api.CreateMeterAsync(_draft.ToNewMeter(), token))));
}
