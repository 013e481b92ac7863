using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>
/// A meter's series, borders and backfill are kept under its generation, so that a change of its dimensions can count everything anew beside what is there.
/// The columns that carry it keep their name, <c>meter_id</c>: until its first such change a meter's generation is its id.
/// </summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124140000_MeterGenerations")]
public sealed class MeterGenerations : Migration
{
    // The trigger is one for each row, because a backfill deletes here with each of its pages, nearly always nothing.
    // replaced_generations: complete, and counted until the present one is. retired_generations: no longer counted; their rows are deleted bit by bit.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table meters add column generation uuid;
        update meters set generation = id;
        alter table meters alter column generation set not null;
        create unique index ix_meters_generation on meters (generation);
        create table replaced_generations (
            meter_id uuid constraint pk_replaced_generations primary key constraint fk_replaced_generations_meters_meter_id references meters on delete cascade,
            generation uuid not null,
            group_by jsonb not null
        );
        create trigger replaced_generations_changed after insert or update or delete on replaced_generations
            for each row execute function raise_meter_catalog();
        create table retired_generations (
            generation uuid primary key,
            retired_at timestamptz not null default now()
        );
        create view meter_generations as
            select id as meter_id, generation, tenant_id, slug from meters
            union all
            select r.meter_id, r.generation, m.tenant_id, m.slug from replaced_generations r join meters m on m.id = r.meter_id;
        """);

    // Each meter keeps its present generation, under its id again.
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create temporary table other on commit drop as select id, generation from meters where generation <> id;
        delete from rollups where series in (select key from series join other on meter_id = id);
        delete from coarse_rollups where series in (select key from series join other on meter_id = id);
        delete from distinct_values where series in (select key from series join other on meter_id = id);
        delete from series using other where meter_id = id;
        delete from meter_starts using other where meter_id = id;
        delete from meter_backfills using other where meter_id = id;
        update series set meter_id = id from other where meter_id = generation;
        update meter_starts set meter_id = id from other where meter_id = generation;
        update meter_backfills set meter_id = id from other where meter_id = generation;
        drop view meter_generations;
        drop table retired_generations, replaced_generations;
        alter table meters drop column generation;
        """);
}
