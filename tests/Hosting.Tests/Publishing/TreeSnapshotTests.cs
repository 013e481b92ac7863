using System.Text;
using CloudNative.Tests;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>All that is published, in one file: what a change of the AppHost or the publisher changes for operators is seen in the diff.</summary>
[Collection(PublishedSystemTests.Name)]
public sealed class TreeSnapshotTests(PublishedSystemFixture published)
{
    [Fact]
    public Task Publish_AppHost_IsTheTreeInTheSnapshot()
    {
        var text = new StringBuilder();
        foreach (var (path, content) in published.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
            text.Append("=== ").AppendLine(path).Append(content);

        return Snapshot.AssertAsync("tree.txt", text.ToString(), TestContext.Current.CancellationToken);
    }
}
