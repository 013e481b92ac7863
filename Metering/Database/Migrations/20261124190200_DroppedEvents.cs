using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Until which time events may be missing, because the segments that held them were dropped.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124190200_DroppedEvents")]
public sealed class DroppedEvents : Migration
{
    // latest_time: of all events that were dropped. Nobody wrote down that of segments which are gone already.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table dropped_events (latest_time timestamptz not null);
        insert into dropped_events select case when min(id) > 1 then 'infinity' else '-infinity' end::timestamptz from event_segments;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table dropped_events");
}
