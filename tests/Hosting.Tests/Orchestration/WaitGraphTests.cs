using Aspire.Hosting;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Testing;

namespace CloudNative.Hosting.Tests.Orchestration;

public sealed class WaitGraphTests
{
    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create();

    [Fact]
    public void Build_ResourcesWaitForEachOther_NamesTheCircle()
    {
        var a = _builder.AddExecutable("a", "program", ".");
        var b = _builder.AddExecutable("b", "program", ".").WaitFor(a);
        var c = _builder.AddExecutable("c", "program", ".").WaitForCompletion(b);
        a.WaitForStart(c);
        var error = Assert.Throws<DistributedApplicationException>(() => _builder.Build());
        Assert.Contains("'a' -> 'c' -> 'b' -> 'a'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WaitFor_Itself_Throws()
    {
        var a = _builder.AddExecutable("a", "program", ".");
        Assert.Throws<DistributedApplicationException>(() => a.WaitFor(a));
    }

    [Fact]
    public void Build_WaitForSomethingElsewhere_NamesIt()
    {
        var elsewhere = DistributedApplicationTestingBuilder.Create().AddParameter("elsewhere");
        _builder.AddExecutable("a", "program", ".").WaitFor(elsewhere);
        var error = Assert.Throws<DistributedApplicationException>(() => _builder.Build());
        Assert.Contains("'a' waits for 'elsewhere'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_SomethingWaitedForByMany_IsNoCircle()
    {
        var a = _builder.AddExecutable("a", "program", ".");
        var b = _builder.AddExecutable("b", "program", ".").WaitFor(a);
        _builder.AddExecutable("c", "program", ".").WaitFor(a).WaitFor(b);
        using var application = _builder.Build();
    }

    [Fact]
    public void Uses_ServerThatAProgramRefersTo_IsUsedAndDoesNotUseBack()
    {
        var redis = _builder.AddRedis("redis");
        var a = _builder.AddExecutable("a", "program", ".").WithReference(redis);
        Assert.True(WaitGraph.Uses(a.Resource, redis.Resource));
        Assert.False(WaitGraph.Uses(redis.Resource, a.Resource));
    }

    [Fact]
    public void Uses_ProgramThatAnotherRefersTo_IsNotUsed()
    {
        var a = _builder.AddExecutable("a", "program", ".").WithHttpEndpoint();
        var b = _builder.AddExecutable("b", "program", ".").WithReference(a.GetEndpoint("http"));
        Assert.False(WaitGraph.Uses(b.Resource, a.Resource));
    }
}
