using System.Text.RegularExpressions;

namespace CloudNative.Metering.Customers;

/// <summary>The limits of a customer's definition.</summary>
public static partial class CustomerRules
{
    public const int MaxKeyLength = 256;
    public const int MaxSubjectKeys = 1000;

    public const int MaxEmailLength = 256;
    public const int MaxAddressLineLength = 256;

    /// <summary>For documents, which know no <c>\z</c>.</summary>
    public const string CurrencyPattern = "^[A-Z]{3}$";

    public const string CountryPattern = "^[A-Z]{2}$";

    // Only a mail server knows what an address is; this finds what is none.
    public const string EmailPattern = @"^[^\s@]+@[^\s@]+$";

    // \z instead of $: .NET's $ also matches before a trailing line feed.
    [GeneratedRegex(@"\A[A-Z]{3}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex Currency();

    [GeneratedRegex(@"\A[A-Z]{2}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex Country();

    [GeneratedRegex(@"\A[^\s@]+@[^\s@]+\z", RegexOptions.CultureInvariant)]
    internal static partial Regex Email();
}
