namespace CloudNative.ApiService.Problems;

/// <summary>PostgreSQL did not answer in time, and no cache knew the answer either.</summary>
#pragma warning disable CA1032 // Thrown in one place, always with its cause.
internal sealed class DatabaseUnavailableException(Exception cause) : Exception("The database does not answer.", cause)
#pragma warning restore CA1032
{
}
