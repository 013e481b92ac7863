using Bunit;
using CloudNative.Web.Live;
using CloudNative.Web.Tests.Api;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using MudBlazor.Services;

namespace CloudNative.Web.Tests;

/// <summary>Renders components over a stubbed API, under a clock that the test moves.</summary>
public abstract class WebContext : BunitContext
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    protected WebContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule(_ => true).Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddSingleton(Api.Client());
        Services.AddSingleton<IHostApplicationLifetime>(Host);
        Services.AddSingleton(Connection);
    }

    protected static DateTimeOffset Now { get; } = new(2026, 11, 24, 6, 30, 15, TimeSpan.Zero);

    private protected StubApi Api { get; } = new();

    private protected CircuitConnection Connection { get; } = new();

    private protected ApplicationLifetime Host { get; } = new(NullLogger<ApplicationLifetime>.Instance);

    private protected FakeTimeProvider Clock { get; } = new(Now);

    /// <summary>The component among the providers that the layout gives it.</summary>
    protected IRenderedComponent<IComponent> Show(RenderFragment content) => Render(builder =>
    {
        builder.OpenComponent<MudPopoverProvider>(0);
        builder.CloseComponent();
        builder.OpenComponent<MudDialogProvider>(1);
        builder.CloseComponent();
        builder.OpenComponent<MudSnackbarProvider>(2);
        builder.CloseComponent();
        builder.AddContent(3, content);
    });

    protected IRenderedComponent<IComponent> Show<TPage>() where TPage : IComponent => Show(builder =>
    {
        builder.OpenComponent<TPage>(0);
        builder.CloseComponent();
    });

    /// <summary>Moves the clock on, a refresh at a time, until the condition holds.</summary>
    protected Task RefreshUntilAsync(Func<bool> condition, string what) => UntilAsync(
        () =>
        {
            if (condition())
                return true;
            Clock.Advance(LivePage.Interval);
            return false;
        },
        what);

    /// <summary>Lets ten refreshes' time pass, with a real pause after each in which a load would begin: for what must not happen.</summary>
    protected async Task PassAsync()
    {
        for (var refresh = 0; refresh < 10; refresh++)
        {
            Clock.Advance(LivePage.Interval);
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    protected static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Not within {Deadline}: {what}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Api.Dispose();
        base.Dispose(disposing);
    }
}
