using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;

namespace CloudNative.Hosting.Tests.ApplicationModel;

public sealed class ParameterTests
{
    [Fact]
    public void Value_Missing_NamesTheConfigurationKey()
    {
        var parameter = DistributedApplicationTestingBuilder.Create().AddParameter("token", secret: true);
        var error = Assert.Throws<MissingParameterValueException>(() => parameter.Resource.Value);
        Assert.Contains("'Parameters:token'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Parameters__token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_Configured_WinsOverDefault()
    {
        var builder = DistributedApplicationTestingBuilder.Create("--Parameters:token=given");
        Assert.Equal("given", builder.AddParameter("token", "default").Resource.Value);
        Assert.Equal("default", builder.AddParameter("other", "default").Resource.Value);
    }

    [Fact]
    public void Value_ConfiguredLater_IsFound()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        var parameter = builder.AddParameter("token");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Parameters:token"] = "late" });
        Assert.Equal("late", parameter.Resource.Value);
    }

    [Fact]
    public void AddPostgres_WithoutPassword_MakesOneThatStays()
    {
        var server = DistributedApplicationTestingBuilder.Create().AddPostgres("server").Resource;
        Assert.True(server.PasswordParameter.Secret);
        Assert.Equal(22, server.PasswordParameter.Value.Length);
        Assert.Equal(server.PasswordParameter.Value, server.PasswordParameter.Value);
    }
}
