using CloudNative.Web.Api;

namespace CloudNative.Web.Events;

/// <summary>Sends one event by hand, the same way as a service does: to see whether a meter counts what it should.</summary>
public sealed partial class SendEventDialog
{
    private const string DataExample = """{"tokens": 1240, "model": "gpt-4o"}""";

    private readonly EventDraft _draft = new();

    protected override string[] Fields { get; } = ["type", "subject", "data"];

    private Task SendAsync()
    {
        if (_draft.ToCloudEvent(out var dataError) is not { } cloudEvent)
        {
            (Errors, Error) = (new FieldErrors([new ValidationError("data", "invalid", dataError!)], Fields), null);
            return Task.CompletedTask;
        }

        return RequestAsync(async token =>
        {
            await Api.SendEventAsync(cloudEvent, token);
            Dialog.Close();
        });
    }
}
