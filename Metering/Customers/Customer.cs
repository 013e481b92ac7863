using System.Collections.ObjectModel;
using CloudNative.Metering.Database;

namespace CloudNative.Metering.Customers;

/// <summary>A named payer that owns one or more subjects: usage of them is its usage.</summary>
public sealed class Customer
{
    private Customer()
    {
    }

    public Ulid Id { get; private init; }

    public Ulid TenantId { get; private init; }

    /// <summary>Also one of its subjects; null when it has none but <see cref="SubjectKeys"/>.</summary>
    public string? Key { get; private set; }

    public string Name { get; private set; } = "";

    public string? Description { get; private set; }

    /// <summary>The tenant's own notes, in ordinal order of the names.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = ReadOnlyDictionary<string, string>.Empty;

    public string? PrimaryEmail { get; private set; }

    /// <summary>ISO 4217.</summary>
    public string? Currency { get; private set; }

    public BillingAddress? BillingAddress { get; private set; }

    /// <summary>As they were given. See <see cref="CustomerSubject"/> for who owns what.</summary>
    public string[] SubjectKeys { get; private set; } = [];

    public DateTimeOffset CreatedAt { get; private init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>PostgreSQL's <c>xmin</c>: changes with every update of the row, and so makes the ETag.</summary>
    public uint Version { get; private set; }

    /// <summary>The key and the subject keys, each once.</summary>
    public IEnumerable<string> Subjects => Key is null ? SubjectKeys : SubjectKeys.Prepend(Key).Distinct(StringComparer.Ordinal);

    /// <summary>A new customer of a good definition.</summary>
    public static Customer Create(Ulid tenantId, CustomerDefinition definition, DateTimeOffset at)
    {
        var customer = new Customer { Id = Ulid.NewUlid(at), TenantId = tenantId, CreatedAt = at };
        customer.Change(definition, at);
        return customer;
    }

    /// <summary>Takes a good definition over: what it leaves out is empty afterwards.</summary>
    public void Change(CustomerDefinition definition, DateTimeOffset at)
    {
        (Key, Name, Description, UpdatedAt) = (definition.Key, definition.Name!, definition.Description, at);
        (Metadata, PrimaryEmail, Currency) = (JsonTextMap.Ordered(definition.Metadata), definition.PrimaryEmail, definition.Currency);
        BillingAddress = definition.BillingAddress == new BillingAddress() ? null : definition.BillingAddress;
        SubjectKeys = [.. definition.UsageAttribution?.SubjectKeys ?? []];
    }
}
