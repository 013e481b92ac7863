using CloudNative.ServiceDefaults.Connections;
using Microsoft.Extensions.Options;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>A connection string that can't be read is told when the host starts, by its key and without its secrets.</summary>
internal sealed class KafkaConnectionValidator(string connectionName) : IValidateOptions<RequiredConnection>
{
    public ValidateOptionsResult Validate(string? name, RequiredConnection options)
    {
        if (name != connectionName || string.IsNullOrWhiteSpace(options.ConnectionString))
            return ValidateOptionsResult.Skip;
        try
        {
            KafkaConnection.Parse(options.ConnectionString);
            return ValidateOptionsResult.Success;
        }
        catch (FormatException fault)
        {
            return ValidateOptionsResult.Fail($"ConnectionStrings:{connectionName} can't be read. {fault.Message}");
        }
    }
}
