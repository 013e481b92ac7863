using CloudNative.Web.Api;

namespace CloudNative.Web.Tests.Api;

public sealed class FieldErrorsTests
{
    [Fact]
    public void Text_OfAField_JoinsItsErrors()
    {
        var errors = Errors(("slug", "Too long."), ("slug", "No capitals."), ("name", "Too long."));

        Assert.Equal("Too long. No capitals.", errors.Text("slug"));
        Assert.False(errors.Has("description"));
        Assert.Null(errors.Elsewhere("Not valid."));
    }

    [Theory]
    [InlineData("groupBy.model")]
    [InlineData("groupBy['model']")]
    public void Entry_NamedByTheField_HasItsError(string field)
    {
        var errors = Errors((field, "No path."));

        Assert.Equal("No path.", errors.Entry("groupBy", "model"));
        Assert.Null(errors.Entry("groupBy", "type"));
        Assert.Null(errors.Elsewhere("Not valid."));
    }

    [Fact]
    public void Elsewhere_FieldTheFormLacks_IsShownAbove() =>
        Assert.Equal("Too many.", Errors(("groupBy", "Too many."), ("slug", "Taken.")).Elsewhere("Not valid."));

    [Fact]
    public void Elsewhere_NoErrors_IsTheMessage() => Assert.Equal("Slug taken.", FieldErrors.None.Elsewhere("Slug taken."));

    private static FieldErrors Errors(params (string Field, string Message)[] errors) =>
        new([.. errors.Select(error => new ValidationError(error.Field, "invalid", error.Message))], "slug", "name", "groupBy.*");
}
