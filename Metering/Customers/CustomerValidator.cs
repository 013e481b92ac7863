using System.Text.RegularExpressions;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Customers;

/// <summary>Says everything that is wrong with a definition at once.</summary>
public sealed class CustomerValidator
{
    private readonly CustomerDefinition _definition;
    private readonly FieldChecks _checks;

    private CustomerValidator(CustomerDefinition definition, ICollection<FieldError> errors) => (_definition, _checks) = (definition, new FieldChecks(errors));

    /// <summary>Whether nothing is wrong with a definition, nor was with reading it; else that is added to the errors.</summary>
    public static bool IsGood(CustomerDefinition definition, ICollection<FieldError> errors)
    {
        new CustomerValidator(definition, errors).Check();
        return errors.Count == 0;
    }

    private void Check()
    {
        CheckNames();
        _checks.Text("name", _definition.Name, FieldLimits.MaxNameLength, required: true);
        _checks.Text("description", _definition.Description, FieldLimits.MaxDescriptionLength);
        _checks.Metadata(_definition.Metadata);
        CheckPattern("primaryEmail", _definition.PrimaryEmail, CustomerRules.MaxEmailLength, CustomerRules.Email(), "an e-mail address");
        CheckPattern("currency", _definition.Currency, int.MaxValue, CustomerRules.Currency(), "three upper-case letters (ISO 4217), such as EUR");
        if (_definition.BillingAddress is { } address)
            CheckAddress(address);
    }

    private void CheckNames()
    {
        var subjects = _definition.UsageAttribution?.SubjectKeys ?? [];
        if (_definition.Key is { Length: 0 })
            _checks.Add("key", ErrorCodes.OutOfRange, $"Has 1 to {CustomerRules.MaxKeyLength} characters; leave it out when there is none.");
        else if (_definition.Key is null && subjects.Count == 0)
            _checks.Add("key", ErrorCodes.Required, "Needs a key, or usageAttribution.subjectKeys: by them usage finds its customer.");
        _checks.Text("key", _definition.Key, CustomerRules.MaxKeyLength);

        if (subjects.Count > CustomerRules.MaxSubjectKeys)
            _checks.Add("usageAttribution.subjectKeys", ErrorCodes.TooMany, $"At most {CustomerRules.MaxSubjectKeys} subjects.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < subjects.Count; i++)
            CheckSubject($"usageAttribution.subjectKeys[{i}]", subjects[i], seen);
    }

    private void CheckSubject(string field, string subject, HashSet<string> seen)
    {
        if (subject.Length == 0)
            _checks.Add(field, ErrorCodes.OutOfRange, "Must not be empty.");
        else if (!seen.Add(subject))
            _checks.Add(field, ErrorCodes.Invalid, "Stands twice.");
        _checks.Storable(field, subject);
    }

    private void CheckAddress(BillingAddress address)
    {
        CheckPattern("billingAddress.country", address.Country, int.MaxValue, CustomerRules.Country(), "two upper-case letters (ISO 3166-1), such as DE");
        (string Name, string? Value)[] lines =
        [
            ("postalCode", address.PostalCode), ("state", address.State), ("city", address.City), ("line1", address.Line1), ("line2", address.Line2),
            ("phoneNumber", address.PhoneNumber),
        ];
        foreach (var (name, value) in lines)
            _checks.Text($"billingAddress.{name}", value, CustomerRules.MaxAddressLineLength);
    }

    private void CheckPattern(string field, string? value, int maxLength, Regex pattern, string expected)
    {
        if (value is not null && !TextLength.IsMore(value, maxLength) && !pattern.IsMatch(value))
            _checks.Add(field, ErrorCodes.Invalid, $"Must be {expected}.");
        else
            _checks.Text(field, value, maxLength);
    }
}
