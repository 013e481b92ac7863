using System.Net;
using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Meters;

/// <summary>Chooses range, window, grouping and subject of a meter's usage.</summary>
public sealed partial class UsageControls
{
    private const int MaxSubjects = 50;
    private const int FirstCustomDays = 7;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Parameter, EditorRequired]
    public Meter Meter { get; set; } = null!;

    [Parameter, EditorRequired]
    public MeterView View { get; set; } = null!;

    [Parameter]
    public EventCallback<MeterView> ViewChanged { get; set; }

    private DateRange Days => new(View.FirstDay?.ToDateTime(TimeOnly.MinValue), View.LastDay?.ToDateTime(TimeOnly.MinValue));

    private Task ShowAsync(MeterView view) => ViewChanged.InvokeAsync(view);

    private Task ShowRangeAsync(UsageRange range)
    {
        var today = DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime);
        return ShowAsync(range == UsageRange.Custom
            ? View with { Range = range, FirstDay = today.AddDays(1 - FirstCustomDays), LastDay = today }
            : View with { Range = range });
    }

    private Task ShowDaysAsync(DateRange? range) => range is { Start: { } start, End: { } end }
        ? ShowAsync(View with { FirstDay = DateOnly.FromDateTime(start), LastDay = DateOnly.FromDateTime(end) })
        : Task.CompletedTask;

    private async Task<IEnumerable<string>> FindSubjectsAsync(string? text, CancellationToken cancellationToken)
    {
        try
        {
            var subjects = await Api.GetSubjectsAsync(Meter.Slug, cancellationToken);
            return string.IsNullOrWhiteSpace(text) || text == View.Subject
                ? subjects
                : subjects.Where(subject => subject.Contains(text, StringComparison.OrdinalIgnoreCase));
        }
        catch (ApiException refused) when (refused.Status == HttpStatusCode.BadRequest)
        {
            // More subjects than the API lists: what is typed is taken as it is.
            return string.IsNullOrWhiteSpace(text) ? [] : [text];
        }
        catch (ApiException)
        {
            // The page around says that the API is away; the list has nothing to offer meanwhile.
            return [];
        }
    }
}
