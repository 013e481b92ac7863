using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>How far each meter has counted what was stored before it. Meters that exist already are filled, too: their past was left out until now.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124100200_MeterBackfills")]
public sealed class MeterBackfills : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Backfills);
        migrationBuilder.Sql(ExistingMeters);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table meter_backfills");

    // Counted are the events up to (segment, cursor_time, cursor_key); segments behind last_segment hold only what was counted live.
    private const string Backfills = """
        create table meter_backfills (
            meter_id uuid primary key,
            state text not null default 'pending' check (state in ('pending', 'running', 'done', 'cancelled')),
            segment integer not null,
            cursor_time timestamptz not null default '-infinity',
            cursor_key uuid not null default '00000000-0000-0000-0000-000000000000',
            last_segment integer not null,
            claimed_until timestamptz not null default '-infinity',
            counted bigint not null default 0,
            scanned bigint not null default 0,
            total bigint,
            refused bigint not null default 0,
            lost_segments integer not null default 0,
            created_at timestamptz not null default now(),
            started_at timestamptz,
            updated_at timestamptz not null default now(),
            done_at timestamptz,
            error text
        ) with (fillfactor = 50);
        create index meter_backfills_open on meter_backfills (created_at) where done_at is null;
        """;

    // A partition without a start had no batch since the meter was created: all that is stored of it lies before the meter.
    private const string ExistingMeters = """
        lock table ingest_offsets in share mode;
        insert into meter_starts (meter_id, stream_id, partition, from_offset)
        select m.id, o.stream_id, o.partition, o.next_offset from meters m cross join ingest_offsets o
        on conflict do nothing;
        insert into meter_backfills (meter_id, segment, last_segment)
        select m.id, min(s.id), max(s.id) from meters m cross join event_segments s
        where m.deleted_at is null and s.opened_at is not null
        group by m.id;
        """;
}
