using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace CloudNative.Hosting.Tests.ApplicationModel;

public sealed class ModelNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("api")]
    [InlineData("Api-2-b")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void AddResource_ValidName_Accepts(string name) =>
        Assert.Equal(name, DistributedApplicationTestingBuilder.Create().AddParameter(name).Resource.Name);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("1a", "start with an ASCII letter")]
    [InlineData("-a", "start with an ASCII letter")]
    [InlineData("a_b", "'_' is not allowed")]
    [InlineData("aé", "'é' is not allowed")]
    [InlineData("a--b", "hyphens must stand alone")]
    [InlineData("a-", "must not end with a hyphen")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "65 characters")]
    public void AddResource_InvalidName_SaysWhatIsWrong(string name, string problem)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => DistributedApplicationTestingBuilder.Create().AddParameter(name));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddResource_SameNameInOtherCase_Throws()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddParameter("api");
        var error = Assert.Throws<DistributedApplicationException>(() => builder.AddRedis("API"));
        Assert.Contains("Two resources are named 'api'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithEndpoint_SameNameTwice_Throws()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        var redis = builder.AddExecutable("program", "program", ".").WithHttpEndpoint();
        var error = Assert.Throws<DistributedApplicationException>(() => redis.WithHttpEndpoint());
        Assert.Contains("already has an endpoint 'http'", error.Message, StringComparison.Ordinal);
    }
}
