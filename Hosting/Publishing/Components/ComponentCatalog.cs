namespace Aspire.Hosting.Publishing.Components;

/// <summary>All components, in the order in which an overlay adds them. One that the model gives nothing to do is left out.</summary>
internal static class ComponentCatalog
{
    private static readonly Func<PublishedSystem, Component?>[] Creators =
    [
    ];

    public static IReadOnlyList<Component> Of(PublishedSystem system) => [.. Creators.Select(create => create(system)).OfType<Component>()];
}
