using CloudNative.Metering.Customers;
using CloudNative.Metering.Validation;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Customers;

public sealed class CustomerValidatorTests
{
    private static readonly CustomerDefinition Good = new()
    {
        Key = "acme",
        Name = "ACME Inc.",
        Metadata = new Dictionary<string, string?> { ["tier"] = "gold" },
        PrimaryEmail = "billing@acme.example",
        Currency = "EUR",
        BillingAddress = new BillingAddress { Country = "DE", City = "Köln" },
        UsageAttribution = new UsageAttribution { SubjectKeys = ["acme", "acme-eu"] },
    };

    public static TheoryData<string, CustomerDefinition, string, string> Bad { get; } = new()
    {
        { "no name", Good with { Name = null }, "name", "required" },
        { "blank name", Good with { Name = " " }, "name", "required" },
        { "long name", Good with { Name = new string('n', 257) }, "name", "too_long" },
        { "long description", Good with { Description = new string('n', 1025) }, "description", "too_long" },
        { "empty key", Good with { Key = "" }, "key", "out_of_range" },
        { "long key", Good with { Key = new string('k', 257) }, "key", "too_long" },
        { "NUL in the key", Good with { Key = "a\0" }, "key", "invalid" },
        { "nothing that usage finds it by", Good with { Key = null, UsageAttribution = null }, "key", "required" },
        { "no key and no subject", Good with { Key = null, UsageAttribution = Subjects() }, "key", "required" },
        { "empty subject", Good with { UsageAttribution = Subjects("a", "") }, "usageAttribution.subjectKeys[1]", "out_of_range" },
        { "NUL in a subject", Good with { UsageAttribution = Subjects("\0") }, "usageAttribution.subjectKeys[0]", "invalid" },
        { "subject twice", Good with { UsageAttribution = Subjects("a", "b", "a") }, "usageAttribution.subjectKeys[2]", "invalid" },
        { "too many subjects", Good with { UsageAttribution = Subjects([.. Enumerable.Range(0, 1001).Select(i => $"s{i}")]) }, "usageAttribution.subjectKeys", "too_many" },
        { "metadata null", Good with { Metadata = new Dictionary<string, string?> { ["a"] = null } }, "metadata.a", "required" },
        { "no address", Good with { PrimaryEmail = "acme" }, "primaryEmail", "invalid" },
        { "address with a line feed", Good with { PrimaryEmail = "a@b\n" }, "primaryEmail", "invalid" },
        { "long address", Good with { PrimaryEmail = $"a@{new string('b', 255)}" }, "primaryEmail", "too_long" },
        { "lower-case currency", Good with { Currency = "eur" }, "currency", "invalid" },
        { "country in words", Good with { BillingAddress = new BillingAddress { Country = "Germany" } }, "billingAddress.country", "invalid" },
        { "long city", Good with { BillingAddress = new BillingAddress { City = new string('c', 257) } }, "billingAddress.city", "too_long" },
    };

    [Proves("customer key 1–256 of any text")]
    [Theory]
    [MemberData(nameof(Bad))]
    public void IsGood_OneFault_NamesFieldAndCode(string fault, CustomerDefinition definition, string field, string code)
    {
        var errors = new List<FieldError>();

        Assert.False(CustomerValidator.IsGood(definition, errors));

        var error = Assert.Single(errors);
        Assert.True((error.Field, error.Code) == (field, code), $"{fault}: {error}");
    }

    [Fact]
    public void IsGood_AnyTextAsKeyAndSubject_IsTaken()
    {
        var errors = new List<FieldError>();

        Assert.True(CustomerValidator.IsGood(Good, errors));
        Assert.True(CustomerValidator.IsGood(new CustomerDefinition { Name = "n", Key = " /?&'; --\u202E😀\r\n" }, errors));
        Assert.True(CustomerValidator.IsGood(new CustomerDefinition { Name = "n", UsageAttribution = Subjects(" ", "/") }, errors));
    }

    [Fact]
    public void IsGood_FieldThatWasNotRead_IsNotMissedAsWell()
    {
        var errors = new List<FieldError> { new("name", ErrorCodes.Invalid, "Must be a text.") };

        Assert.False(CustomerValidator.IsGood(Good with { Name = null }, errors));

        Assert.Single(errors);
    }

    private static UsageAttribution Subjects(params string[] keys) => new() { SubjectKeys = keys };
}
