namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>Looks through every build and fails with all that is wrong, each with its build.</summary>
internal static class Finding
{
    public static void MustBeNone(PublishedSystemFixture published, Func<PublishedSystemFixture.Build, IEnumerable<string>> find)
    {
        var findings = published.Builds.SelectMany(build => find(build.Value).Select(finding => $"{build.Key}: {finding}")).ToList();
        Assert.True(findings.Count == 0, string.Join('\n', findings.Take(20)));
    }
}
