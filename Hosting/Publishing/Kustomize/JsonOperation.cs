namespace Aspire.Hosting.Publishing.Kustomize;

/// <summary>A step of a JSON patch.</summary>
internal sealed record JsonOperation
{
    public required string Op { get; init; }

    public required string Path { get; init; }

    /// <summary>Null for a removal.</summary>
    public object? Value { get; init; }
}
