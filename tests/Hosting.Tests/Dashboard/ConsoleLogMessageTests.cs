using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;

namespace CloudNative.Hosting.Tests.Dashboard;

public sealed class ConsoleLogMessageTests
{
    private const int GrpcLimit = 4 * 1024 * 1024;

    [Fact]
    public void From_MoreThanOneMessageHolds_SplitsAndKeepsEveryLine()
    {
        var lines = Enumerable.Range(1, 50).Select(number => new LogLine(number, new string('\u20ac', 100_000), IsErrorMessage: false));

        var messages = ConsoleLogMessage.From(lines).ToList();

        Assert.All(messages, message => Assert.True(message.CalculateSize() < GrpcLimit, $"{message.CalculateSize()} bytes"));
        Assert.Equal(Enumerable.Range(1, 50), messages.SelectMany(message => message.LogLines).Select(line => line.LineNumber));
    }

    [Fact]
    public void From_OneHugeLine_IsCut()
    {
        var messages = ConsoleLogMessage.From([new LogLine(1, new string('x', 3 * ConsoleLogMessage.MaxCharacters), IsErrorMessage: true)]);

        Assert.Equal(ConsoleLogMessage.MaxCharacters, Assert.Single(Assert.Single(messages).LogLines).Text.Length);
    }

    [Fact]
    public void From_NoLines_GivesNoMessage() => Assert.Empty(ConsoleLogMessage.From([]));
}
