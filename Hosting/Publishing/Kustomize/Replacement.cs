namespace Aspire.Hosting.Publishing.Kustomize;

/// <summary>A value that is copied from one object into others.</summary>
internal sealed record Replacement
{
    public required ReplacementSource Source { get; init; }

    public required IReadOnlyList<ReplacementTarget> Targets { get; init; }
}

internal sealed record ReplacementSource
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string FieldPath { get; init; }
}

/// <summary>Where a value goes to. A target that finds no object is passed over, a field that the object does not have is an error.</summary>
internal sealed record ReplacementTarget
{
    public required Selector Select { get; init; }

    public required IReadOnlyList<string> FieldPaths { get; init; }

    /// <summary>Null means the whole value.</summary>
    public ReplacementOptions? Options { get; init; }
}

/// <summary>The part of a value that is replaced: the one at <see cref="Index"/> of those that <see cref="Delimiter"/> separates.</summary>
internal sealed record ReplacementOptions
{
    public required string Delimiter { get; init; }

    public required int Index { get; init; }
}
