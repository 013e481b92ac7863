namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// The rule for names of resources and endpoints: 1 to 64 characters, an ASCII letter first, then letters, digits and single
/// hyphens. They become parts of variables, host names and Kubernetes objects, where nothing else is safe everywhere.
/// </summary>
internal static class ModelName
{
    public const int MaxLength = 64;

    /// <exception cref="ArgumentException">The name breaks the rule; the message says which part of it.</exception>
    public static void Validate(string target, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Problem(name) is { } problem)
            throw new ArgumentException($"The {target} name '{name}' is invalid: {problem}", nameof(name));
    }

    private static string? Problem(string name)
    {
        if (name.Length > MaxLength)
            return $"it has {name.Length} characters, {MaxLength} are allowed.";
        if (!char.IsAsciiLetter(name[0]))
            return "it must start with an ASCII letter.";
        if (name.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c != '-') is var bad and not '\0')
            return $"'{bad}' is not allowed, only ASCII letters, digits and hyphens.";
        if (name.Contains("--", StringComparison.Ordinal))
            return "hyphens must stand alone.";
        return name[^1] == '-' ? "it must not end with a hyphen." : null;
    }
}
