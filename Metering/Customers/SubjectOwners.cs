using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Customers;

/// <summary>Whose a subject is, at the moment of the statement.</summary>
internal static class SubjectOwners
{
    private static readonly string FindSql = $"select subject, customer_id from customer_subjects where tenant_id = @tenant and {IndexedText.IsDigested("subject", "@subjects")}";

    /// <summary>
    /// The condition that the column <c>subject</c> belongs to one of the customers of the parameter <c>@tenant</c>. An array, which is made once: by it, rows are found in an
    /// index as by a list of subjects.
    /// </summary>
    public static string AreCustomers(IEnumerable<Ulid> customers, NpgsqlParameterCollection parameters)
    {
        parameters.AddWithValue("customers", customers.Select(id => id.ToUuid()).ToArray());
        return "subject = any (array(select o.subject from customer_subjects o where o.tenant_id = @tenant and o.customer_id = any (@customers)))";
    }

    /// <summary>Subject to customer, for those that belong to one.</summary>
    public static async Task<Dictionary<string, Ulid>> FindAsync(
        NpgsqlConnection connection, Ulid tenantId, IEnumerable<string> subjects, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("subjects", subjects.Distinct(StringComparer.Ordinal).ToArray());
        var owners = new Dictionary<string, Ulid>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            owners.Add(reader.GetString(0), reader.GetGuid(1).ToUlid());
        return owners;
    }
}
