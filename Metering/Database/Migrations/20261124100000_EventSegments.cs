using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>
/// Cuts the events into segments by the time they were stored: one is written to, the others never change again. What is stored before becomes the
/// first segment as it is.
/// </summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124100000_EventSegments")]
public sealed class EventSegments : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Segments);
        migrationBuilder.Sql(Events);
        migrationBuilder.Sql(Catalog);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table all_events (like usage_events including defaults);
        insert into all_events select * from usage_events;
        drop table usage_events;
        drop table event_segments;
        alter table all_events rename to usage_events;
        alter table usage_events drop column segment, add primary key (key);
        create index usage_events_by_time on usage_events (tenant_id, time);
        """);

    // opened_at is null: made ahead; closed_at is null: written to. filter: a Bloom filter over the keys of a closed segment.
    private const string Segments = """
        create table event_segments (
            id integer primary key,
            opened_at timestamptz,
            closed_at timestamptz,
            filter bytea,
            check (closed_at is null or opened_at is not null)
        );
        alter table event_segments alter column filter set storage external;
        create unique index event_segments_open on event_segments ((1)) where opened_at is not null and closed_at is null;
        insert into event_segments (id, opened_at) values (1, now());
        """;

    // The key is unique within a segment only: across segments the sink looks itself, because an index over all of them would be as large as
    // the history, and each insert would dirty another page of it.
    private const string Events = """
        alter table usage_events rename to usage_events_1;
        alter table usage_events_1 rename constraint usage_events_pkey to usage_events_1_pkey;
        alter index usage_events_by_time rename to usage_events_1_by_time;
        alter table usage_events_1 add column segment integer not null default 1;
        alter table usage_events_1 alter column segment drop default;
        create table usage_events (like usage_events_1 including defaults) partition by list (segment);
        create index usage_events_by_time on usage_events (tenant_id, time);
        alter table usage_events attach partition usage_events_1 for values in (1);
        """;

    // A segment that opens or closes is news for the sinks, like a meter.
    private const string Catalog = """
        create trigger segments_changed after insert or update or delete on event_segments
            for each statement execute function raise_meter_catalog();
        """;
}
