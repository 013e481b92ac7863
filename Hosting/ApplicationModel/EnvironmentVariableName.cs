namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes the name of a resource or an endpoint usable as a part of a variable's name.</summary>
internal static class EnvironmentVariableName
{
    public static string Encode(string name)
    {
        var letters = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return letters.Length > 0 && char.IsAsciiDigit(letters[0]) ? "_" + letters : letters;
    }
}
