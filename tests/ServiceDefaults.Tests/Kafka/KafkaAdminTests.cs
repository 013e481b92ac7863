using System.Reflection;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;

namespace CloudNative.ServiceDefaults.Tests.Kafka;

public sealed class KafkaAdminTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dispose_QuestionThatWasGivenUpStillRuns_DisposesTheClientWhenItReturned()
    {
        var client = SlowClient.Create();
        var admin = new KafkaAdmin(client);
        using var givingUp = new CancellationTokenSource();
        var asking = admin.GetMetadataAsync(topic: null, Deadline, givingUp.Token);
        await givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        admin.Dispose();

        var slow = (SlowClient)client;
        Assert.False(slow.Disposed.IsCompleted, "The client is gone while a question runs.");
        slow.Answer();
        await slow.Disposed.WaitAsync(Deadline, Cancellation);
    }

    [Fact]
    public async Task GetMetadata_Disposed_Throws()
    {
        var admin = new KafkaAdmin(SlowClient.Create());
        admin.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => admin.GetMetadataAsync(topic: null, Deadline, Cancellation));
    }

    /// <summary>Answers when it is told to. The real client's memory can't be looked at after it is freed.</summary>
#pragma warning disable CA1852 // The proxy derives from it.
    private class SlowClient : DispatchProxy
#pragma warning restore CA1852
    {
        private readonly TaskCompletionSource _answered = new();
        private readonly TaskCompletionSource _disposed = new();

        public Task Disposed => _disposed.Task;

        public static IAdminClient Create() => Create<IAdminClient, SlowClient>();

        public void Answer() => _answered.SetResult();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod?.Name == nameof(IDisposable.Dispose))
                _disposed.SetResult();
            else
                _answered.Task.Wait(Deadline);
            return null;
        }
    }
}
