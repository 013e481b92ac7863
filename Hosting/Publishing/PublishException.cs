namespace Aspire.Hosting.Publishing;

/// <summary>The model holds something that can't be published; the message says what and why.</summary>
internal sealed class PublishException(string message) : DistributedApplicationException(message);
