using Aspire.Hosting.Publishing.Components.DataServices;
using Aspire.Hosting.Publishing.Components.Operators;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>All components, in the order in which an overlay adds them. One that the model gives nothing to do is left out.</summary>
internal static class ComponentCatalog
{
    private static readonly Func<PublishedSystem, Component?>[] Creators =
    [
        DataServicesComponent.Create,
        OperatorsComponent.Create,
        ManagedComponent.Create,
        KedaComponent.Create,
        IngressComponent.Create,
        TlsComponent.Create,
        BackupComponent.Create,
        RolloutComponent.CreateCanary,
        RolloutComponent.CreateBlueGreen,
        OtelComponent.Create,
        SignInComponent.Create,
    ];

    public static IReadOnlyList<Component> Of(PublishedSystem system) => [.. Creators.Select(create => create(system)).OfType<Component>()];
}
