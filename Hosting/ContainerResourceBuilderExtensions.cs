using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting;

/// <summary>Images: published, and run by Aspire's engine only.</summary>
public static class ContainerResourceBuilderExtensions
{
    public static IResourceBuilder<ContainerResource> AddContainer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string image) => builder.AddContainer(name, image, "latest");

    public static IResourceBuilder<ContainerResource> AddContainer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string image, string tag) => builder
        .AddResource(new ContainerResource(name))
        .WithImage(image, tag)
        .WithInitialState(new CustomResourceSnapshot
        {
            ResourceType = KnownResourceTypes.Container,
            Properties = [new ResourcePropertySnapshot(KnownProperties.ContainerImage, $"{image}:{tag}")],
        })
        .WithLocalProcess((_, _) => throw new DistributedApplicationException(
            $"The container '{name}' ({image}:{tag}) can't run as a local process. Run the AppHost with Aspire's engine, which needs Docker: "
            + "dotnet run --project AppHost -p:Engine=Aspire"));

    public static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null)
        where T : ContainerResource => builder.WithAnnotation(
            new ContainerImageAnnotation { Image = image, Tag = tag ?? "latest" }, ResourceAnnotationMutationBehavior.Replace);

    public static IResourceBuilder<T> WithImageTag<T>(this IResourceBuilder<T> builder, string tag)
        where T : ContainerResource
    {
        if (builder.Resource.Last<ContainerImageAnnotation>() is not { } image)
            throw new InvalidOperationException($"The container '{builder.Resource.Name}' has no image to set a tag of.");
        image.Tag = tag;
        return builder;
    }

    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false)
        where T : ContainerResource => builder.WithAnnotation(
            new ContainerMountAnnotation(name, target, ContainerMountType.Volume, isReadOnly));
}
