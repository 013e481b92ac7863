using System.Runtime.CompilerServices;

namespace Aspire.Hosting.Dashboard;

/// <summary>Groups what is there already into one message: a start publishes dozens of snapshots within milliseconds.</summary>
internal static class Batches
{
    public static async IAsyncEnumerable<IReadOnlyList<T>> Of<T>(
        IAsyncEnumerable<T> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = source.GetAsyncEnumerator(cancellationToken);
        var next = items.MoveNextAsync().AsTask();
        while (await next)
        {
            List<T> batch = [];
            do
            {
                batch.Add(items.Current);
                next = items.MoveNextAsync().AsTask();
            }
            while (next is { IsCompletedSuccessfully: true, Result: true });
            yield return batch;
        }
    }
}
