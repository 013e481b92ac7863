namespace Aspire.Hosting.Tools;

/// <summary>A program that the engine runs is not there and could not be installed.</summary>
internal sealed class ToolInstallException : DistributedApplicationException
{
    public ToolInstallException(string message) : base(message)
    {
    }

    public ToolInstallException(string message, Exception inner) : base(message, inner)
    {
    }
}
