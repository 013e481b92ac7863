namespace CloudNative.ApiService.RateLimits;

/// <summary>This process's part of one quota: mostly counted here, and taken from the <see cref="QuotaStore"/> share by share.</summary>
internal sealed class Quota(string partition, QuotaPolicy policy, QuotaStore store, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private Task _lease = Task.CompletedTask;
    private long _own;
    private long _taken;
    private long _elsewhere;
    private long _since;
    private TimeSpan _lasts;
    private int _waiting;

    /// <summary>False when only the store can tell: then call <see cref="UseAsync"/>.</summary>
    public bool TryUse(out QuotaUse use)
    {
        lock (_lock)
        {
            var endsIn = _lasts - clock.GetElapsedTime(_since);
            use = new QuotaUse(false, 0, endsIn);
            if (endsIn <= TimeSpan.Zero)
                return false;
            if (_own == 0)
                return _elsewhere == 0;

            _own--;
            use = new QuotaUse(true, _own + _elsewhere, endsIn);
            // Ahead of need, so that nobody waits.
            if (_own < policy.Share / 2 && _elsewhere > 0)
                StartLease();
            return true;
        }
    }

    public async Task<QuotaUse> UseAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            while (true)
            {
                // One lease serves all who wait: none may end it for the others.
                await Lease().WaitAsync(cancellationToken);
                if (TryUse(out var use))
                    return use;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>For a request that was not served after all.</summary>
    public void GiveBack()
    {
        lock (_lock)
            _own++;
    }

    private Task Lease()
    {
        lock (_lock)
            return StartLease();
    }

    private Task StartLease() => _lease.IsCompleted ? _lease = TakeAsync(Math.Max(policy.Share, Volatile.Read(ref _waiting))) : _lease;

    private async Task TakeAsync(int wanted)
    {
        // Whoever starts this holds the lock.
        await Task.Yield();
        var grant = await store.LeaseAsync(partition, policy, wanted);
        lock (_lock)
        {
            var endsIn = _lasts - clock.GetElapsedTime(_since);
            if (endsIn <= TimeSpan.Zero)
                (_own, _taken, endsIn) = (0, 0, policy.Window);
            // Without Redis this process counts as if it was the only one.
            var (granted, left, lasts) = grant ?? Local(wanted, endsIn);
            _own += granted;
            _taken += granted;
            (_elsewhere, _since, _lasts) = (left, clock.GetTimestamp(), lasts);
        }
    }

    private QuotaGrant Local(int wanted, TimeSpan endsIn)
    {
        var granted = Math.Clamp(policy.Limit - _taken, 0, wanted);
        return new QuotaGrant(granted, Math.Max(0, policy.Limit - _taken - granted), endsIn);
    }
}
