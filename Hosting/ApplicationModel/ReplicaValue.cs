using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that differs between the replicas of a resource, such as the port that each listens on.</summary>
internal sealed class ReplicaValue(Func<int, string> valueOf) : IExpressionValue
{
    string IManifestExpressionProvider.ValueExpression => string.Create(CultureInfo.InvariantCulture, $"{ValueOf(0)}");

    public string ValueOf(int replica) => valueOf(replica);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(ValueOf(0));
}
