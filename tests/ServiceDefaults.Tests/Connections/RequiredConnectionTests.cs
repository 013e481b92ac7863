using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CloudNative.ServiceDefaults.Tests.Connections;

public sealed class RequiredConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, Action<IHostApplicationBuilder>> Clients => new()
    {
        { "metering", builder => builder.AddNpgsqlDbContext<EmptyContext>("metering") },
        { "metering", builder => builder.AddNpgsqlDataSource("metering") },
        { "redis", builder => builder.AddRedisClient("redis") },
        { "kafka", builder => builder.AddKafkaClient("kafka") },
    };

    [Theory]
    [MemberData(nameof(Clients), DisableDiscoveryEnumeration = true)]
    public async Task Start_ConnectionStringMissing_FailsNamingItsKey(string name, Action<IHostApplicationBuilder> add)
    {
        var builder = CreateBuilder();
        add(builder);
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));

        Assert.Contains($"ConnectionStrings:{name} is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains($"ConnectionStrings__{name}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SeveralMissing_NamesThemAll()
    {
        var builder = CreateBuilder();
        builder.AddRedisClient("redis");
        builder.AddKafkaClient("kafka");
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync(Cancellation));

        Assert.Contains("ConnectionStrings:redis", error.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:kafka", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddNpgsqlDbContext_SectionOfContext_WinsOverSharedSection()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:CommandTimeout"] = "11",
            ["Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:EmptyContext:CommandTimeout"] = "7",
            ["ConnectionStrings:metering"] = "Host=127.0.0.1;Database=x",
        });
        builder.AddNpgsqlDbContext<EmptyContext>("metering");
        using var host = builder.Build();

        using var scope = host.Services.CreateScope();
        var context = scope.ServiceProvider.GetRequiredService<EmptyContext>();

        Assert.Equal(7, context.Database.GetCommandTimeout());
        Assert.Contains("Host=127.0.0.1", context.Database.GetConnectionString(), StringComparison.Ordinal);
        Assert.True(context.Database.CreateExecutionStrategy().RetriesOnFailure);
    }

    [Fact]
    public void AddNpgsqlDbContext_DisableRetry_HasNoRetries()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.AddNpgsqlDbContext<EmptyContext>("metering", settings =>
        {
            settings.ConnectionString = "Host=127.0.0.1";
            settings.DisableRetry = true;
        });
        using var host = builder.Build();

        using var scope = host.Services.CreateScope();
        var context = scope.ServiceProvider.GetRequiredService<EmptyContext>();

        Assert.False(context.Database.CreateExecutionStrategy().RetriesOnFailure);
    }

    private static HostApplicationBuilder CreateBuilder()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        return builder;
    }

    private sealed class EmptyContext(DbContextOptions<EmptyContext> options) : DbContext(options);
}
