using System.Net;
using Aspire.Hosting.Processes;
using Npgsql;

namespace Aspire.Hosting.Servers.Postgres;

/// <summary>
/// A PostgreSQL server. Its password is enforced on loopback (scram-sha-256); the AppHost itself comes in through a Unix socket in a
/// folder that is closed to others, and sets the password at each start: so a data folder stays usable when the password changed.
/// </summary>
internal sealed class PostgresServer(PostgresOptions options, PostgresLocator locator, IProcessStarter processes) : ILocalServer
{
    private const string MaintenanceDatabase = "postgres";
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(20);

    private readonly string _socketFolder = Path.Combine(options.RunFolder, "socket");
    private readonly string _dataFolder = options.DataFolder ?? Path.Combine(options.RunFolder, "data");
    private bool _hasPassword;

    /// <inheritdoc/>
    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var binaries = await locator.FindAsync(Environment.GetEnvironmentVariable(PostgresLocator.FolderVariable), processes, cancellationToken);
        var user = UnprivilegedUser.Find();
        user?.EnsureReach(binaries.Folder);
        await MakeFoldersAsync(binaries, user, cancellationToken);
        await CheckVersionAsync(binaries, cancellationToken);
        await PostmasterLock.ReleaseAsync(_dataFolder, options.LockPatience, cancellationToken);
        await WriteAccessRulesAsync(cancellationToken);

        return new ProcessSpec(binaries.Postgres, ServerArguments())
        {
            UserName = user?.Name,
            WorkingDirectory = _dataFolder,
            // "Fast" writes what is in memory to the disk; "immediate" doesn't, and nobody misses it.
            StopSignal = options.DataFolder is null ? StopSignal.Quit : StopSignal.Interrupt,
        };
    }

    /// <inheritdoc/>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        if (!_hasPassword)
            await SetPasswordAsync(connection, cancellationToken);
        _hasPassword = true;
    }

    /// <summary>Creates the database unless it is there.</summary>
    public async Task CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            return;

        try
        {
            await ExecuteAsync(connection, $"create database \"{name.Replace("\"", "\"\"")}\"", cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Someone else created it in the meantime.
        }
    }

    private async Task SetPasswordAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var quote = new NpgsqlCommand("select format('alter role %I password %L', $1, $2)", connection)
        {
            Parameters = { new() { Value = options.UserName }, new() { Value = options.Password } },
        };
        var alter = (string)(await quote.ExecuteScalarAsync(cancellationToken))!;
        await ExecuteAsync(connection, alter, cancellationToken);
    }

    private async Task MakeFoldersAsync(PostgresBinaries binaries, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        foreach (var folder in new[] { _socketFolder, _dataFolder })
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var cluster = new NewCluster(binaries, options.UserName, user, processes);
        var isNew = !File.Exists(Path.Combine(_dataFolder, NewCluster.VersionFile));
        if (isNew && options.DataFolder is null)
            await cluster.CopyToAsync(_dataFolder, locator.Cache, cancellationToken);
        if (user is not null)
        {
            await user.OwnAsync(_socketFolder, cancellationToken);
            await user.OwnAsync(_dataFolder, cancellationToken);
        }

        if (isNew && options.DataFolder is not null)
            await cluster.InitializeAsync(_dataFolder, isKept: true, cancellationToken);
    }

    private async Task CheckVersionAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        var version = (await File.ReadAllTextAsync(Path.Combine(_dataFolder, NewCluster.VersionFile), cancellationToken)).Trim();
        if (version != binaries.MajorVersion.ToString())
            throw new DistributedApplicationException(
                $"The data in '{_dataFolder}' belongs to PostgreSQL {version}, and PostgreSQL {binaries.MajorVersion} was found in '{binaries.Folder}'. "
                + $"Set {PostgresLocator.FolderVariable} to the bin folder of PostgreSQL {version}, or delete the folder to start anew.");
    }

    private Task WriteAccessRulesAsync(CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(
            Path.Combine(_dataFolder, "pg_hba.conf"),
            "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nlocal replication all trust\nhost replication all 127.0.0.1/32 scram-sha-256\n",
            cancellationToken);

    // fsync and synchronous_commit stay on: what is measured against this server must hold for a real one.
    private string[] ServerArguments() =>
    [
        "-D", _dataFolder,
        "-p", options.Port.ToString(),
        "-c", $"listen_addresses={IPAddress.Loopback}",
        "-c", $"unix_socket_directories={_socketFolder}",
        "-c", "unix_socket_permissions=0700",
        "-c", $"max_connections={options.MaxConnections}",
    ];

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = _socketFolder,
            Port = options.Port,
            Username = options.UserName,
            Database = MaintenanceDatabase,
            Pooling = false,
        };
        while (true)
        {
            var connection = new NpgsqlConnection(settings.ConnectionString);
            try
            {
                await connection.OpenAsync(cancellationToken);
                return connection;
            }
            catch (NpgsqlException e) when (e is not PostgresException || e.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                await connection.DisposeAsync();
                await Task.Delay(ProbeInterval, cancellationToken);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
