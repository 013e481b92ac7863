using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>
/// Subjects of customers, and those that are described, may be as long as those of events: an index entry can't, so theirs hold the SHA-256 of the text, which a tenant can't make two
/// texts share.
/// </summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261201000000_SubjectsOfAnyLength")]
public sealed class SubjectsOfAnyLength : Migration
{
    // PostgreSQL calls convert_to stable for the sake of encodings that can be redefined; to UTF-8, what it gives never changes.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create function text_digest(value text) returns bytea language sql immutable strict parallel safe return sha256(convert_to(value, 'UTF8'));
        alter table customer_subjects drop constraint pk_customer_subjects;
        create unique index pk_customer_subjects on customer_subjects (tenant_id, text_digest(subject));
        drop index ix_subjects_tenant_id_key;
        create unique index ix_subjects_tenant_id_key on subjects (tenant_id, text_digest(key));
        """);

    // Fails where a subject is stored that the indexes before could not hold.
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop index pk_customer_subjects;
        alter table customer_subjects add constraint pk_customer_subjects primary key (tenant_id, subject) include (customer_id);
        drop index ix_subjects_tenant_id_key;
        create unique index ix_subjects_tenant_id_key on subjects (tenant_id, key);
        drop function text_digest;
        """);
}
