using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using Microsoft.Extensions.Caching.Memory;

namespace CloudNative.ApiService.Meters;

/// <summary>
/// Meters as they were when this process last read them, so that a query needs one way to the database only. Its answer tells the version that the meter had
/// just before its rows were read (<see cref="Usage.MeterVersion"/>): where that is another, the meter is read again, and the question asked again.
/// </summary>
internal sealed class KnownMeters : IDisposable
{
    private const int MaxMeters = 10_000;

    private readonly MemoryCache _meters = new(new MemoryCacheOptions { SizeLimit = MaxMeters });

    public Meter? Find(Ulid tenantId, string idOrSlug) => _meters.Get<Meter>((tenantId, idOrSlug));

    public async Task<Meter?> LoadAsync(MeteringDbContext database, Ulid tenantId, string idOrSlug, CancellationToken cancellationToken)
    {
        var meter = await database.FindMeterAsync(tenantId, idOrSlug, cancellationToken);
        if (meter is not null)
            _meters.Set((tenantId, idOrSlug), meter, new MemoryCacheEntryOptions { Size = 1 });
        return meter;
    }

    public void Dispose() => _meters.Dispose();
}
