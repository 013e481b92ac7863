using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Publishing;

/// <summary>Executes <c>--operation publish --step publish --output-path OUT</c>.</summary>
internal sealed partial class Publisher(DistributedApplicationModel model, IConfiguration configuration, ILogger<Publisher> logger)
{
    private const string DefaultOutput = "aspire-output";
    private const int Failed = 1;

    /// <returns>The exit code of the process.</returns>
    public Task<int> PublishAsync(CancellationToken cancellationToken)
    {
        if (configuration["Pipeline:Step"] is { } step && step != "publish")
        {
            LogUnknownStep(logger, step);
            return Task.FromResult(Failed);
        }

        var output = Path.GetFullPath(configuration["Pipeline:OutputPath"] ?? DefaultOutput);
        return ManifestPublisher.PublishAsync(model, output, logger, cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "There is no step '{Step}': the embedded engine knows --step publish.")]
    private static partial void LogUnknownStep(ILogger logger, string step);
}
