using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace CloudNative.ServiceDefaults.Tests.Telemetry;

/// <summary>Keeps every sampled span that ends, and waits for the one asked for.</summary>
internal sealed class SpanCollector : BaseProcessor<Activity>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly List<Activity> _ended = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<Activity> Ended
    {
        get
        {
            lock (_ended)
                return [.. _ended];
        }
    }

    public void AddTo(IServiceCollection services) =>
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.SetSampler(new ParentBasedSampler(new AlwaysOnSampler())).AddProcessor(this));

    public override void OnEnd(Activity data)
    {
        TaskCompletionSource changed;
        lock (_ended)
        {
            _ended.Add(data);
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    public async Task<Activity> WaitForAsync(string what, Func<Activity, bool> predicate)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            Task changed;
            lock (_ended)
            {
                if (_ended.Find(span => predicate(span)) is { } span)
                    return span;
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"No span within {Deadline}: {what}. Seen: {string.Join(", ", Ended.Select(span => span.DisplayName))}");
            }
        }
    }
}
