using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Subjects of any length: an index holds the first characters of one, see <see cref="IndexedText"/>.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124190000_LongSubjects")]
public sealed class LongSubjects : Migration
{
    // Afterwards the planner knows how often the prefixes occur: it would else guess until the next autovacuum.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop index series_by_subject;
        create index series_by_subject on series (meter_id, left(subject, 512));
        analyze series;
        drop index portal_tokens_by_subject;
        create index portal_tokens_by_subject on portal_tokens (tenant_id, left(subject, 512), id);
        """);

    // Fails where a subject is stored that the indexes before could not hold.
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop index series_by_subject;
        create index series_by_subject on series (meter_id, subject);
        drop index portal_tokens_by_subject;
        create index portal_tokens_by_subject on portal_tokens (tenant_id, subject, id);
        """);
}
