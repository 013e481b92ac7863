using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>Shell lines that make Secrets, for the operator's README. Values are shell words in double quotes, so they may name variables.</summary>
internal static class SecretCommand
{
    public const string NewPassword = "PASSWORD=$(openssl rand -hex 24)\n";
    public const string PasswordKey = "password";

    public static string Create(PublishTarget target, string secret, params IEnumerable<(string Key, string Value)> values) =>
        $"kubectl -n {target.Namespace} create secret generic {secret}{string.Concat(values.Select(value => $" --from-literal={value.Key}=\"{value.Value}\""))}\n";

    /// <summary>The shell variable that holds the value of a key.</summary>
    public static string Variable(string secret, string key) => EnvironmentVariableName.Encode($"{secret}_{key}").ToUpperInvariant();

    public static string Connection(PublishTarget target, string secret, string connectionString) =>
        Create(target, secret, (ValueWriter.ConnectionStringKey, connectionString));

    /// <summary>The connection string of a database and its parts.</summary>
    /// <param name="options">More of the connection string, beginning with a semicolon.</param>
    public static string Database(PublishTarget target, (string Connection, string Database) database, string host, string port, string user, string options = "") => Create(
        target, database.Connection,
        (ValueWriter.ConnectionStringKey, $"Host={host};Port={port};Username={user};Password=$PASSWORD;Database={database.Database}{options}"),
        ("host", host), ("port", port), ("username", user), (PasswordKey, "$PASSWORD"), ("databasename", database.Database));

    public static string Text(this int number) => number.ToString(CultureInfo.InvariantCulture);
}
