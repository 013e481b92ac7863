using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>
/// What the sink writes in sets and EF Core never sees. Written as SQL: these tables are shaped by their write path.
/// Foreign keys are left out on purpose: each would cost a look-up per row in the one transaction that counts.
/// </summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124063000_EventTables")]
public sealed class EventTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Offsets);
        migrationBuilder.Sql(Events);
        migrationBuilder.Sql(Rollups);
        migrationBuilder.Sql(Books);
        migrationBuilder.Sql(Catalog);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop trigger meters_changed on meters;
        drop trigger tenants_changed on tenants;
        drop function raise_meter_catalog;
        drop table meter_catalog, ledger, dead_letters, meter_starts, rollups, series, usage_events, ingest_offsets, ingest_streams;
        """);

    // A topic that was made again is another stream: its offsets mean other events.
    private const string Offsets = """
        create table ingest_streams (
            id integer generated always as identity primary key,
            topic text not null,
            topic_id text not null,
            first_seen_at timestamptz not null default now(),
            unique (topic, topic_id)
        );
        create table ingest_offsets (
            stream_id integer not null references ingest_streams,
            partition integer not null,
            next_offset bigint not null,
            epoch bigint not null,
            primary key (stream_id, partition)
        ) with (fillfactor = 50);
        """;

    // Raw and dedupe in one table: the key is 128 bits of SHA-256 over (tenant, source, id); event holds the bytes as they arrived.
    private const string Events = """
        create table usage_events (
            key uuid primary key,
            tenant_id uuid not null,
            time timestamptz not null,
            ingested_at timestamptz not null,
            stored_at timestamptz not null default now(),
            "offset" bigint not null,
            stream_id integer not null,
            partition integer not null,
            type text not null,
            subject text not null,
            source text not null,
            id text not null,
            event bytea not null
        );
        create index usage_events_by_time on usage_events (tenant_id, time);
        """;

    // A series is one combination of meter, subject and dimension values (in the order of the dimensions' names).
    // total is null where the meter has no value property (COUNT).
    private const string Rollups = """
        create table series (
            key uuid primary key,
            meter_id uuid not null,
            subject text not null,
            dimensions jsonb not null
        );
        create index series_by_meter on series (meter_id);
        create table rollups (
            series uuid not null,
            minute timestamptz not null,
            events bigint not null,
            total numeric,
            primary key (series, minute)
        ) with (fillfactor = 80);
        create table meter_starts (
            meter_id uuid not null,
            stream_id integer not null,
            partition integer not null,
            from_offset bigint not null,
            primary key (meter_id, stream_id, partition)
        );
        """;

    private const string Books = """
        create table ledger (
            tenant_id uuid not null,
            minute timestamptz not null,
            stream_id integer not null,
            partition integer not null,
            received bigint not null,
            counted bigint not null,
            duplicates bigint not null,
            unmatched bigint not null,
            dead_lettered bigint not null,
            primary key (tenant_id, minute, stream_id, partition),
            check (received = counted + duplicates + unmatched + dead_lettered)
        ) with (fillfactor = 80);
        create table dead_letters (
            stream_id integer not null,
            partition integer not null,
            "offset" bigint not null,
            tenant_id uuid not null,
            ingested_at timestamptz not null,
            stored_at timestamptz not null default now(),
            reason text not null,
            detail text not null,
            value bytea not null,
            primary key (stream_id, partition, "offset")
        );
        """;

    // The sink compares this one number in each of its transactions, instead of reading all meters.
    private const string Catalog = """
        create table meter_catalog (version bigint not null);
        insert into meter_catalog values (1);
        create function raise_meter_catalog() returns trigger language plpgsql as
            'begin update meter_catalog set version = version + 1; return null; end';
        create trigger meters_changed after insert or update or delete on meters
            for each statement execute function raise_meter_catalog();
        create trigger tenants_changed after insert or update or delete on tenants
            for each statement execute function raise_meter_catalog();
        """;
}
