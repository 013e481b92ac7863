using CloudNative.ServiceDefaults.Startup;
using Microsoft.Extensions.Options;

namespace CloudNative.ServiceDefaults.Tests;

public sealed class ConfigurationErrorsTests
{
    [Fact]
    public void Of_SeveralInvalidOptions_EveryFailure()
    {
        var exception = new AggregateException(Invalid("A:Key is missing", "A:Url is missing"), Invalid("B:Size is negative"));

        Assert.Equal(["A:Key is missing", "A:Url is missing", "B:Size is negative"], ConfigurationErrors.Of(exception));
    }

    [Fact]
    public void Of_AnyOtherException_Nothing()
    {
        Assert.Empty(ConfigurationErrors.Of(new InvalidOperationException("bug")));
        Assert.Empty(ConfigurationErrors.Of(new AggregateException(Invalid("A:Key is missing"), new InvalidOperationException("bug"))));
    }

    private static OptionsValidationException Invalid(params string[] failures) => new("", typeof(object), failures);
}
