using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Customers, and which of them a subject belongs to: kept by the database, whoever writes customers, and read by queries as it is at that moment.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124160000_Customers")]
public sealed class Customers : Migration
{
    // Writers of one tenant's customers take turns: two that exchange subjects with each other would else wait for each other.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table customers (
            id uuid constraint pk_customers primary key,
            tenant_id uuid not null constraint fk_customers_tenants_tenant_id references tenants on delete restrict,
            key text,
            name text not null,
            description text,
            metadata jsonb not null,
            primary_email text,
            currency text,
            billing_address jsonb,
            subject_keys text[] not null,
            created_at timestamptz not null,
            updated_at timestamptz not null,
            deleted_at timestamptz
        );
        create index ix_customers_tenant_id_key on customers (tenant_id, key);
        create table customer_subjects (
            tenant_id uuid not null,
            subject text not null,
            customer_id uuid not null references customers on delete cascade,
            constraint pk_customer_subjects primary key (tenant_id, subject) include (customer_id)
        );
        create index ix_customer_subjects_customer_id on customer_subjects (customer_id);
        create function keep_customer_subjects() returns trigger language plpgsql as $$
            begin
                perform pg_advisory_xact_lock(hashtextextended(new.tenant_id::text, 16));
                delete from customer_subjects where customer_id = new.id;
                if new.deleted_at is null then
                    insert into customer_subjects (tenant_id, subject, customer_id)
                    select distinct new.tenant_id, subject, new.id from unnest(array_append(new.subject_keys, new.key)) as subject where subject is not null;
                end if;
                return null;
            end
        $$;
        create trigger customers_changed after insert or update of key, subject_keys, deleted_at on customers
            for each row execute function keep_customer_subjects();
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop table customer_subjects, customers;
        drop function keep_customer_subjects;
        """);
}
