using CloudNative.Fault.Tests.Load;

namespace CloudNative.Fault.Tests;

/// <summary>What every test of a fault begins and ends with.</summary>
public abstract class FaultTests(FaultySystem system, ITestOutputHelper output) : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected FaultySystem System => system;

    protected ITestOutputHelper Output => output;

    protected Random Random { get; } = Seed.Random(TestContext.Current.TestMethod?.MethodName ?? "");

    /// <summary>Does nothing for a while that the seed chose: the fault that follows comes at a random moment.</summary>
    protected Task AtRandomAsync(int atMostMilliseconds) => Task.Delay(Random.Next(atMostMilliseconds), Cancellation);

    private protected Task<TestTenant> CreateTenantAsync(bool hasMeters = true) => TestTenant.CreateAsync(system, hasMeters, Cancellation);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(system.Missing is not null, system.Missing ?? "");
        await system.HealAsync(Cancellation);
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            system.IsDamaged = true;
            foreach (var line in system.Log())
                output.WriteLine(line);
        }

        return ValueTask.CompletedTask;
    }

    protected void RequireProxy() => Assert.SkipUnless(
        system.HasProxy, "No toxiproxy-server: neither CLOUDNATIVE_TOOLS nor ../shared/tools nor PATH has it.");
}
