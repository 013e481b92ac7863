using System.Text.RegularExpressions;

namespace CloudNative.Metering.Meters;

/// <summary>The limits of a meter's definition.</summary>
public static partial class MeterRules
{
    public const int MaxSlugLength = 64;
    public const int MaxEventTypeLength = 256;
    public const int MaxPathLength = 256;
    public const int MaxDimensions = 32;
    public const int MaxDimensionNameLength = 64;

    public const string SlugPattern = "^[a-z0-9]+(?:_[a-z0-9]+)*$";
    public const string DimensionNamePattern = "^[A-Za-z_][A-Za-z0-9_]*$";

    /// <summary>For documents: a name that is not one of <see cref="ReservedDimensionNames"/>.</summary>
    public const string FreeDimensionNamePattern = "^(?!(?:subject|customer_id)$)[A-Za-z_][A-Za-z0-9_]*$";

    /// <summary>For documents: what <see cref="JsonPath"/> takes, but for indexes outside the range of I-JSON and halves of surrogate pairs.</summary>
    public const string PathPattern =
        """^\$(?:[ \t\n\r]*(?:\.[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*|\[[ \t\n\r]*(?:'(?:[^'\\\u0000-\u001F]|\\(?:['\\bfnrt/]|u[0-9A-Fa-f]{4}))*'"""
        + """|"(?:[^"\\\u0000-\u001F]|\\(?:["\\bfnrt/]|u[0-9A-Fa-f]{4}))*"|0|-?[1-9][0-9]*)[ \t\n\r]*\]))+$""";

    /// <summary>A query groups by these without a meter having to define them, so no dimension may take their names.</summary>
    public static readonly IReadOnlyList<string> ReservedDimensionNames = ["subject", "customer_id"];

    // \z instead of $: .NET's $ also matches before a trailing line feed.
    [GeneratedRegex(@"\A[a-z0-9]+(?:_[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    public static partial Regex Slug();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    internal static partial Regex DimensionName();
}
