using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace CloudNative.Metering.Database;

/// <summary>Lets <c>dotnet ef migrations add NAME --project Metering</c> build the model; it never connects.</summary>
internal sealed class MeteringDbContextFactory : IDesignTimeDbContextFactory<MeteringDbContext>
{
    public MeteringDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql();
        MeteringDbContext.UseConventions(options);
        return new MeteringDbContext(options.Options);
    }
}
