using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace CloudNative.Hosting.Tests.ApplicationModel;

public sealed class ReferenceExpressionTests
{
    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create();

    [Fact]
    public async Task GetValue_ParametersAndBraces_AreWrittenAsTheyAre()
    {
        var user = _builder.AddParameter("user", "a {b}");
        var literal = "{0}";
        var expression = ReferenceExpression.Create($"{{x}} {literal} {user} {user.Resource:uri}");
        Assert.Equal("{x} {0} a {b} a%20%7Bb%7D", await expression.GetValueAsync(TestContext.Current.CancellationToken));
        Assert.Equal("{x} {0} {user.value} {user.value}", expression.ValueExpression);
    }

    [Fact]
    public async Task GetValue_Empty_IsNull() =>
        Assert.Null(await ReferenceExpression.Empty.GetValueAsync(TestContext.Current.CancellationToken));

    [Fact]
    public void Create_UnknownFormat_Throws() =>
        Assert.Throws<FormatException>(() => ReferenceExpression.Create($"{"text":upper}"));

    [Fact]
    public async Task Build_Pieces_AreOneExpression()
    {
        var secret = _builder.AddParameter("secret", "s3", secret: true);
        var pieces = new ReferenceExpressionBuilder();
        pieces.Append($"key={secret};");
        pieces.AppendLiteral("{end}");
        Assert.Equal("key=s3;{end}", await pieces.Build().GetValueAsync(TestContext.Current.CancellationToken));
    }
}
