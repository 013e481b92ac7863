using System.Globalization;
using System.Text;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Settings;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>A dump of each database every night into a volume, and a Job that brings one back when it is told to.</summary>
internal static class BackupComponent
{
    private const string Folder = "/backup";
    private const string Volume = "backup";
    private const string Schedule = "30 1 * * *";
    private const string Days = "14";
    private const string DaysVariable = "KEEP_DAYS";
    private const string FileVariable = "RESTORE_FILE";

    // Into another name first: a dump that was cut short must not look like one.
    private const string Dump = """
        set -eu
        file="/backup/$PGDATABASE-$(date -u +%Y%m%dT%H%M%SZ).dump"
        pg_dump --format=custom --compress=6 --no-owner --file="$file.part"
        pg_restore --list "$file.part" >/dev/null
        mv "$file.part" "$file"
        find /backup -name "$PGDATABASE-*.dump*" -mtime "+$KEEP_DAYS" -delete
        ls -l /backup
        """;

    // Not pg_restore --clean: it can't drop the keys of partitions. All or nothing, so what was there stays when the dump is broken.
    private const string Restore = """
        set -eu
        file="/backup/$RESTORE_FILE"
        [ "$RESTORE_FILE" != newest ] || file=$(ls -t /backup/"$PGDATABASE"-*.dump | head -n 1)
        echo "Restoring $file"
        pg_restore --no-owner --file="$file.sql" "$file"
        empty='do $do$ declare name text; begin
          for name in select nspname from pg_namespace where nspname !~ $re$^pg_$re$ and nspname <> $re$information_schema$re$ loop
            execute format($re$drop schema %I cascade$re$, name);
          end loop;
        end $do$; create schema public;'
        psql --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1 --output=/dev/null --command="$empty" --file="$file.sql"
        rm "$file.sql"
        """;

    public static Component? Create(PublishedSystem system)
    {
        var databases = Databases(system).ToList();
        return databases.Count == 0 ? null : new Component("backup", "A dump of each database every night into a volume of its own, and a suspended Job that restores one.")
        {
            Resources = [.. databases.SelectMany(database => Files(database.Server, database.Connection, system.Target))],
            Settings = [.. Settings(databases.Select(database => database.Connection).ToList())],
            Instructions = Instructions(databases.Select(database => database.Connection), system.Target.Namespace),
        };
    }

    /// <summary>The pods that reach a server for this.</summary>
    public static IEnumerable<string> CallersOf(DataServer server) => server.Databases.SelectMany(database => CallersOf(database.Connection));

    private static IEnumerable<(DataServer Server, string Connection)> Databases(PublishedSystem system) =>
        from server in system.Servers
        where server.Kind == DataServerKind.Postgres
        from database in server.Databases
        select (server, database.Connection);

    private static string DumpName(string connection) => $"{connection}-backup";

    private static string RestoreName(string connection) => $"{connection}-restore";

    private static IEnumerable<PublishedFile> Files(DataServer server, string connection, PublishTarget target)
    {
        yield return File(connection, "persistentvolumeclaim", new V1PersistentVolumeClaim
        {
            ApiVersion = "v1", Kind = "PersistentVolumeClaim", Metadata = ComponentObjects.Meta(DumpName(connection), target), Spec = ComponentObjects.Claim(target, "50Gi"),
        });
        yield return File(connection, "cronjob", CronJob(connection, target));
        yield return File(connection, "restore", RestoreJob(connection, target));
        foreach (var (policy, number) in CallersOf(connection).SelectMany(caller => ServerPolicies.Between(caller, server, target)).Select((policy, number) => (policy, number)))
            yield return File(connection, string.Create(CultureInfo.InvariantCulture, $"networkpolicy-{number}"), policy);
    }

    private static IEnumerable<string> CallersOf(string connection) => [DumpName(connection), RestoreName(connection)];

    private static PublishedFile File(string connection, string name, object document) => PublishedFile.Yaml($"{connection}/{name}.yaml", document);

    private static V1CronJob CronJob(string connection, PublishTarget target) => new()
    {
        ApiVersion = "batch/v1",
        Kind = "CronJob",
        Metadata = ComponentObjects.Meta(DumpName(connection), target),
        Spec = new V1CronJobSpec
        {
            Schedule = Schedule,
            TimeZone = "Etc/UTC",
            ConcurrencyPolicy = "Forbid",
            StartingDeadlineSeconds = 3600,
            SuccessfulJobsHistoryLimit = 3,
            FailedJobsHistoryLimit = 3,
            JobTemplate = new V1JobTemplateSpec
            {
                Spec = new V1JobSpec
                {
                    BackoffLimit = 2, ActiveDeadlineSeconds = 4 * 60 * 60, Template = Pod(DumpName(connection), connection, Dump, ServerPod.Plain(DaysVariable, Days), target),
                },
            },
        },
    };

    private static V1Job RestoreJob(string connection, PublishTarget target) => new()
    {
        ApiVersion = "batch/v1",
        Kind = "Job",
        Metadata = ComponentObjects.Meta(RestoreName(connection), target),
        Spec = new V1JobSpec { Suspend = true, BackoffLimit = 0, Template = Pod(RestoreName(connection), connection, Restore, ServerPod.Plain(FileVariable, "newest"), target) },
    };

    private static V1PodTemplateSpec Pod(string name, string connection, string script, V1EnvVar variable, PublishTarget target) => new ServerPod(name, ServerImage.Postgres)
    {
        Cpu = "100m",
        Memory = "512Mi",
        Command = ["bash", "-c", script.ReplaceLineEndings("\n")],
        Environment =
        [
            ServerPod.FromSecret("PGHOST", connection, "host"),
            ServerPod.FromSecret("PGPORT", connection, "port"),
            ServerPod.FromSecret("PGUSER", connection, "username"),
            ServerPod.FromSecret("PGPASSWORD", connection, "password"),
            ServerPod.FromSecret("PGDATABASE", connection, "databasename"),
            ServerPod.Plain("PGCONNECT_TIMEOUT", "10"),
            variable,
        ],
        Volumes = [new V1Volume { Name = Volume, PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = DumpName(connection) } }],
        Mounts = [new V1VolumeMount { Name = Volume, MountPath = Folder }],
    }.Create(target, restartPolicy: "Never");

    private static IEnumerable<Setting> Settings(IReadOnlyList<string> connections)
    {
        var crons = connections.Select(connection => (Connection: connection, Select: new Selector { Kind = "CronJob", Name = DumpName(connection) })).ToList();
        yield return new Setting("backup-schedule", Schedule, "When databases are dumped (cron, UTC).", [.. crons.Select(cron => new ReplacementTarget { Select = cron.Select, FieldPaths = ["spec.schedule"] })]);
        yield return new Setting("backup-days", Days, "Days that dumps are kept.",
            [.. crons.Select(cron => new ReplacementTarget
            {
                Select = cron.Select,
                FieldPaths = [$"spec.jobTemplate.spec.template.spec.containers.[name={DumpName(cron.Connection)}].env.[name={DaysVariable}].value"],
            })]);
        yield return new Setting("backup-storage", "50Gi", "The volume for dumps; it can only grow.",
            [.. connections.Select(connection => new ReplacementTarget
            {
                Select = new Selector { Kind = "PersistentVolumeClaim", Name = DumpName(connection) }, FieldPaths = ["spec.resources.requests.storage"],
            })]);
    }

    private static string Instructions(IEnumerable<string> connections, string space)
    {
        var text = new StringBuilder("The databases' Secrets need their optional keys, too. A dump now, the list of dumps (in the log), and the newest one brought back, while nothing writes:\n\n```sh\n");
        foreach (var connection in connections)
            text.Append(CultureInfo.InvariantCulture, $$$"""
                kubectl -n {{{space}}} create job --from=cronjob/{{{DumpName(connection)}}} {{{DumpName(connection)}}}-now
                kubectl -n {{{space}}} logs --follow job/{{{DumpName(connection)}}}-now
                kubectl -n {{{space}}} patch job {{{RestoreName(connection)}}} --patch '{"spec": {"suspend": false}}'
                kubectl -n {{{space}}} wait --for=condition=complete --timeout=4h job/{{{RestoreName(connection)}}}
                kubectl -n {{{space}}} delete job {{{RestoreName(connection)}}}   # the next install makes it again, suspended

                """);
        return text.Append("```\n").ToString();
    }
}
