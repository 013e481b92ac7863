using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Dead letters can be named, repaired, replayed and discarded; who did so is kept; the books are recounted.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124100300_Books")]
public sealed class Books : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(DeadLetters);
        migrationBuilder.Sql(Audit);
        migrationBuilder.Sql(Recounts);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop table recounts, audit;
        drop function refuse_audit_change;
        alter table ledger drop column different_payload;
        alter table dead_letters drop column id, drop column state, drop column event_key, drop column repaired, drop column repaired_key, drop column discard_reason;
        """);

    // Letters from before get a ULID of the time when they were stored. event_key finds a letter by the (source, id) that its bytes show;
    // it is null where they show none, and for letters from before.
    private const string DeadLetters = """
        alter table dead_letters
            add column id uuid,
            add column state text not null default 'open' check (state in ('open', 'repaired', 'replayed', 'discarded')),
            add column event_key uuid,
            add column repaired bytea,
            add column repaired_key uuid,
            add column discard_reason text;
        update dead_letters set id =
            (lpad(to_hex((extract(epoch from stored_at) * 1000)::bigint), 12, '0') || substr(md5(random()::text || "offset"), 1, 20))::uuid;
        alter table dead_letters alter column id set not null;
        create unique index dead_letters_by_id on dead_letters (id);
        create index dead_letters_by_tenant on dead_letters (tenant_id, id);
        create index dead_letters_by_event on dead_letters (event_key) where event_key is not null;
        create index dead_letters_by_repaired_event on dead_letters (repaired_key) where repaired_key is not null;
        """;

    // json and not jsonb: an event's text stays as it is, and may hold what jsonb refuses (\u0000).
    private const string Audit = """
        create table audit (
            id uuid primary key,
            tenant_id uuid not null,
            at timestamptz not null,
            api_key_id uuid not null,
            action text not null,
            target_id uuid not null,
            before json not null,
            after json not null
        );
        create index audit_by_tenant on audit (tenant_id, id);
        create index audit_by_target on audit (target_id, id);
        create function refuse_audit_change() returns trigger language plpgsql as
            $$begin raise exception 'audit entries are never changed and never deleted' using errcode = 'restrict_violation'; end$$;
        create trigger audit_is_append_only before update or delete or truncate on audit
            for each statement execute function refuse_audit_change();
        """;

    // received: what the books said when the hour was recounted. When they say more, later records came, and the hour is recounted.
    private const string Recounts = """
        alter table ledger add column different_payload bigint not null default 0 check (different_payload <= duplicates);
        create table recounts (
            tenant_id uuid not null,
            hour timestamptz not null,
            received bigint not null,
            checked_at timestamptz not null,
            differences integer not null,
            detail text not null,
            primary key (tenant_id, hour)
        );
        create index recounts_with_differences on recounts (hour) where differences > 0;
        """;
}
