using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Keys have scopes and an end, and every change of what a key may do is told to whoever listens. Keys from before keep doing everything.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124130000_ApiKeyScopes")]
public sealed class ApiKeyScopes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""
            alter table api_keys
                add column scopes text[],
                add column expires_at timestamptz,
                add column last_used_at timestamptz,
                add column rotated_from uuid;
            update api_keys set scopes = '{*}';
            alter table api_keys alter column scopes set not null, add check (cardinality(scopes) > 0);
            drop index ix_api_keys_tenant_id;
            create index ix_api_keys_tenant_id_id on api_keys (tenant_id, id);
            """);
        migrationBuilder.Sql(Changes);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop trigger api_key_is_changed on api_keys;
        drop trigger api_key_is_deleted on api_keys;
        drop function tell_api_key_change;
        drop index ix_api_keys_tenant_id_id;
        create index ix_api_keys_tenant_id on api_keys (tenant_id);
        alter table api_keys drop column scopes, drop column expires_at, drop column last_used_at, drop column rotated_from, drop column changed_at;
        """);

    // changed_at tells an answer that was read before a change from one that was read after it. The notification leaves with the commit, whoever changes
    // the row. A new column of what a key may do belongs into the trigger's list.
    private const string Changes = """
        alter table api_keys add column changed_at timestamptz not null default clock_timestamp();
        create function tell_api_key_change() returns trigger language plpgsql as $$
        declare
            changed timestamptz := clock_timestamp();
        begin
            perform pg_notify('api_keys', encode(old.hash, 'hex') || ' ' || (extract(epoch from changed) * 1000000)::bigint);
            if tg_op = 'DELETE' then
                return old;
            end if;
            new.changed_at := changed;
            return new;
        end$$;
        create trigger api_key_is_changed before update of tenant_id, hash, scopes, expires_at, revoked_at on api_keys
            for each row execute function tell_api_key_change();
        create trigger api_key_is_deleted before delete on api_keys for each row execute function tell_api_key_change();
        """;
}
