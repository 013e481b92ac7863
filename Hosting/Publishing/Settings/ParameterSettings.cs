using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Custom;

namespace Aspire.Hosting.Publishing.Settings;

/// <summary>The parameters of the model that are no secret: who operates the cluster can set them without publishing anew.</summary>
internal static class ParameterSettings
{
    public static IEnumerable<Setting> Of(PublishedSystem system) =>
        from workload in system.Workloads
        from variable in workload.Environment
        where variable.Value is PublishedValue.FromSetting
        let value = (PublishedValue.FromSetting)variable.Value
        select new Setting(
            value.Setting, value.Text, $"{variable.Name} of {workload.Name}.",
            [
                .. PodPlace.Of(workload, system).Select(place => place.Field($"env.[name={variable.Name}].value")),
                .. variable == workload.UserHeader && workload.ExternalPort is not null ? [RemovedHeader(workload)] : Array.Empty<ReplacementTarget>(),
            ]);

    private static ReplacementTarget RemovedHeader(Workload workload) => new()
    {
        Select = new Selector { Kind = HttpRoute.KindName, Name = workload.Name }, FieldPaths = [HttpRouteManifest.RemovedHeaderPath],
    };
}
