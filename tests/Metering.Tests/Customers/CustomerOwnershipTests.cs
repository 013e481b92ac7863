using CloudNative.Metering.Customers;
using CloudNative.Metering.Tenants;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.Metering.Tests.Customers;

public sealed class CustomerOwnershipTests(TestServers servers) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = MeteringDatabase.Noon;

    private MeteringDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await MeteringDatabase.CreateAsync(servers);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Save_Customer_ReadsBackTheSame()
    {
        var customer = Customer.Create(_database.TenantId, Define("acme", "eu", "us") with
        {
            Description = "d",
            Metadata = new Dictionary<string, string?> { ["b"] = "2", ["a"] = "1" },
            PrimaryEmail = "a@b",
            Currency = "EUR",
            BillingAddress = new BillingAddress { Country = "DE", Line2 = "\"'" },
        }, Now);
        await SaveAsync(customer);

        await using var context = _database.OpenContext();
        Assert.Equivalent(customer, await context.Customers.SingleAsync(Token), strict: true);
    }

    [Fact]
    public async Task Save_KeyAndSubjectKeys_AllBelongToTheCustomer()
    {
        var customer = await AddAsync("acme", "eu", "acme");

        Assert.Equal([("acme", customer.Id), ("eu", customer.Id)], await SubjectsAsync());
    }

    [Theory]
    [InlineData("acme", null)]
    [InlineData("eu", null)]
    [InlineData(null, "eu")]
    [InlineData(null, "acme")]
    public async Task Save_NameOfAnother_IsRefusedAndNamesIt(string? key, string? subject)
    {
        var first = await AddAsync("acme", "eu");
        var second = Customer.Create(_database.TenantId, Define(key, subject is null ? [] : [subject, "free"]), Now);

        var owned = await SaveAsync(second);

        Assert.Equal([new OwnedName(key ?? subject!, first.Id)], owned);
        Assert.Equal(["acme", "eu"], (await SubjectsAsync()).Select(row => row.Subject));
    }

    [Fact]
    public async Task Save_KeyThatIsTheIdOfAnother_IsRefused()
    {
        var first = await AddAsync("acme");

        var owned = await SaveAsync(Customer.Create(_database.TenantId, Define(first.Id.ToString()), Now));

        Assert.Equal([new OwnedName(first.Id.ToString(), first.Id)], owned);
    }

    [Fact]
    public async Task Save_OtherTenantsNames_AreFree()
    {
        await AddAsync("acme", "eu");
        var tenant = new Tenant { Id = Ulid.NewUlid(), Slug = "other", CreatedAt = Now };
        await using (var context = _database.OpenContext())
        {
            context.Add(tenant);
            await context.SaveChangesAsync(Token);
        }

        Assert.Empty(await SaveAsync(Customer.Create(tenant.Id, Define("acme", "eu"), Now)));
    }

    [Fact]
    public async Task Change_Subjects_FreesWhatIsLeftOut()
    {
        var first = await AddAsync("acme", "eu", "us");
        await using (var context = _database.OpenContext())
        {
            var present = await context.Customers.SingleAsync(Token);
            present.Change(Define("acme2", "us", "asia"), Now);
            Assert.Empty(await CustomerOwnership.SaveAsync(context, [present], Token));
        }

        var second = await AddAsync("acme", "eu");

        Assert.Equal(
            [("acme", second.Id), ("acme2", first.Id), ("asia", first.Id), ("eu", second.Id), ("us", first.Id)], await SubjectsAsync());
    }

    [Fact]
    public async Task Delete_Customer_FreesItsNames()
    {
        await AddAsync("acme", "eu");
        await using (var context = _database.OpenContext())
            await context.Customers.ExecuteUpdateAsync(set => set.SetProperty(c => c.DeletedAt, Now), Token);

        Assert.Empty(await SubjectsAsync());
        await AddAsync("acme", "eu");
        await using var reader = _database.OpenContext();
        Assert.Equal((1, 2), (await reader.Customers.CountAsync(Token), await reader.Customers.IgnoreQueryFilters().CountAsync(Token)));
    }

    [Fact]
    public async Task Save_ManyWithOneNameAtOnce_OneHasItAndTheOthersAreToldWho()
    {
        var customers = Enumerable.Range(0, 6).Select(i => Customer.Create(_database.TenantId, Define($"k{i}", $"a{i}", "shared", $"z{i}"), Now)).ToList();

        var answers = await Task.WhenAll(customers.Select(customer => SaveAsync(customer)));

        var winner = Assert.Single(customers.Zip(answers), saved => saved.Second.Count == 0).First;
        Assert.All(answers.Where(owned => owned.Count > 0), owned => Assert.Equal([new OwnedName("shared", winner.Id)], owned));
        Assert.Equal(winner.Subjects.Order(StringComparer.Ordinal), (await SubjectsAsync()).Select(row => row.Subject));
    }

    [Fact]
    public async Task Save_TwoListsInOppositeOrderAtOnce_OneIsSavedAndTheOtherToldWho()
    {
        for (var round = 0; round < 3; round++)
        {
            var names = Enumerable.Range(0, 40).Select(i => $"{round}-{i}").ToList();
            var lists = new[] { names, names.AsEnumerable().Reverse() }
                .Select(list => list.Select((name, i) => Customer.Create(_database.TenantId, Define(name), Now.AddSeconds(i))).ToArray()).ToList();

            var answers = await Task.WhenAll(lists.Select(SaveAsync));

            Assert.Equal([0, 40], answers.Select(owned => owned.Count).Order());
        }
    }

    private static CustomerDefinition Define(string? key, params string[] subjects) =>
        new() { Name = "n", Key = key, UsageAttribution = new UsageAttribution { SubjectKeys = subjects } };

    private async Task<Customer> AddAsync(string? key, params string[] subjects)
    {
        var customer = Customer.Create(_database.TenantId, Define(key, subjects), Now);
        Assert.Empty(await SaveAsync(customer));
        return customer;
    }

    private async Task<IReadOnlyList<OwnedName>> SaveAsync(params Customer[] customers)
    {
        await using var context = _database.OpenContext();
        context.AddRange(customers);
        return await CustomerOwnership.SaveAsync(context, customers, Token);
    }

    private async Task<List<(string Subject, Ulid CustomerId)>> SubjectsAsync()
    {
        await using var context = _database.OpenContext();
        var rows = await context.CustomerSubjects.Where(s => s.TenantId == _database.TenantId).ToListAsync(Token);
        return [.. rows.Select(row => (row.Subject, row.CustomerId)).OrderBy(row => row.Subject, StringComparer.Ordinal)];
    }
}
