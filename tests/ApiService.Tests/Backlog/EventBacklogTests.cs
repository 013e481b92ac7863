using System.Diagnostics.Metrics;
using CloudNative.ApiService.Backlog;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class EventBacklogTests : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _clock = new();

    private IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public void Looked_LookAge_GrowsUntilTheNextLook()
    {
        var backlog = new EventBacklog(Meters, _clock);
        _clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(7, LookAge());

        backlog.Looked();
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2, LookAge());
    }

    private double LookAge()
    {
        var age = double.NaN;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "cloudnative.backlog.look_age" && ReferenceEquals(instrument.Meter.Scope, Meters))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, measurement, _, _) => age = measurement);
        listener.Start();
        listener.RecordObservableInstruments();
        return age;
    }
}
