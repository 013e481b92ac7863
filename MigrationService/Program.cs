using CloudNative.Metering.Database;
using CloudNative.MigrationService;

var builder = Host.CreateApplicationBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDbContext<MeteringDbContext>(MeteringDbContext.ConnectionName, configureDbContextOptions: MeteringDbContext.UseConventions);
builder.AddKafkaClient("kafka");
builder.Services.AddMigration();

// One shot: the exit code is the answer that WaitForCompletion and Kubernetes' Job read.
return await MigrationRun.ToEndAsync(builder.Build(), waitsOnly: args.Contains(MigrationWait.Argument));
