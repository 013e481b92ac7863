using System.Globalization;
using System.Text;
using Aspire.Hosting.Publishing.Components;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing;

/// <summary>The lines that an operator copies, from the first install to a restore.</summary>
internal static class OperatorCommands
{
    private const string Apply = "kubectl apply -k overlays/production\n";
    private const string ValuesFile = $"{SettingsFolder.Name}/{SettingsFolder.ValuesFile}";

    /// <summary>Ends inside a block of lines.</summary>
    public static string Write(PublishedSystem system)
    {
        var services = system.Services.ToList();
        var kubectl = $"kubectl -n {system.Target.Namespace}";
        var text = new StringBuilder();
        AppendInstall(text, services, system.External, kubectl);
        AppendSignIn(text, services);
        AppendUpgrade(text, services, system.RunOnce.ToList(), kubectl);
        AppendRollback(text, services, kubectl);
        AppendScale(text, services, kubectl);
        AppendBackup(text, services, kubectl);
        return text.ToString();
    }

    private static void AppendInstall(StringBuilder text, List<Workload> services, IEnumerable<Workload> external, string kubectl)
    {
        text.Append("""
            ## Install

            A trial needs one node and nothing installed beforehand; it has no route from outside:

            ```sh
            kubectl apply -k overlays/trial

            """);
        AppendRollout(text, services, kubectl);
        foreach (var workload in external)
            text.Append(CultureInfo.InvariantCulture, $"{kubectl} port-forward service/{workload.Name} :{workload.ExternalPort!.Number} &\n");
        text.Append("""
            ```

            Production needs the kinds that these lines ask for, a Gateway, and metrics-server for the autoscalers:

            ```sh
            kubectl get crd httproutes.gateway.networking.k8s.io servicemonitors.monitoring.coreos.com

            """).Append("kubectl diff -k overlays/production\n").Append(Apply);
        AppendRollout(text, services, kubectl);
        text.Append("""
            ```

            A running pod keeps the Secrets that it started with. After a change:

            ```sh

            """);
        text.Append(CultureInfo.InvariantCulture, $"{kubectl} rollout restart {Deployments(services)}\n```\n\n");
    }

    private static void AppendSignIn(StringBuilder text, List<Workload> services)
    {
        foreach (var workload in services)
        {
            if (workload.UserHeader is not { } header)
                continue;
            text.Append(CultureInfo.InvariantCulture, $"""
                ## Signing in to {workload.Name}

                `{workload.Name}` signs nobody in. It lets in whoever the request header `{ValueWriter.TextOf(header.Value)}` names, and answers everything else with 401, except probes and metrics.
                **Whoever can set that header is in**, so the route takes it out of every request from outside, and nobody gets in until an authenticating proxy stands
                between the route and the service. The component `{SignInComponent.Name}` is one, for any OpenID Connect provider; only its pods reach `{workload.Name}` then. With a proxy
                of your own do the same: route to it, let only its pods in, and have it set the header and nothing from outside. In a trial say who you are yourself:

                ```sh
                curl -H '{ValueWriter.TextOf(header.Value)}: me' http://localhost:PORT/
                ```


                """);
        }
    }

    private static void AppendUpgrade(StringBuilder text, List<Workload> services, List<Workload> jobs, string kubectl)
    {
        text.Append("## Upgrade\n\n");
        if (jobs.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"""
                The new release's {Names(jobs)} runs as a Job of its own; the new pods wait for it in their init container, and the old ones serve meanwhile.
                Publish a new AppHost into this folder first, if there is one: your settings stay.


                """);
        text.Append(CultureInfo.InvariantCulture, $"""
            ```sh
            sed -i 's/^version=.*/version=1.1.0/' {ValuesFile}
            kubectl diff -k overlays/production
            {Apply}
            """);
        AppendRollout(text, services, kubectl);
        foreach (var job in jobs)
            text.Append(CultureInfo.InvariantCulture, $"{kubectl} logs -l {Labels.Name}={job.Name} --tail=50   # when it does not come to its end\n");
        text.Append("```\n\n");
        foreach (var job in jobs)
            text.Append(CultureInfo.InvariantCulture, $"""
                "field is immutable" means that a setting of {job.Name} was changed without a new release. Let it run again:

                ```sh
                {kubectl} delete job -l {Labels.Name}={job.Name}
                {Apply}```


                """);
    }

    private static void AppendRollback(StringBuilder text, List<Workload> services, string kubectl)
    {
        text.Append(CultureInfo.InvariantCulture, $"""
            ## Roll back

            A release bears the schema of the one after it, so the schema stays as it is. Further back, restore a backup of that time.

            ```sh
            sed -i 's/^version=.*/version=1.0.0/' {ValuesFile}
            {Apply}
            """);
        AppendRollout(text, services, kubectl);
        text.Append("```\n\n");
    }

    private static void AppendScale(StringBuilder text, List<Workload> services, string kubectl)
    {
        text.Append("## Scale\n\nThe autoscalers add pods by processor time; what the component `keda` scales has its bounds among the settings. Other bounds, until the next `apply`:\n\n```sh\n");
        foreach (var workload in services.Where(workload => !workload.IsSingle))
            text.Append(CultureInfo.InvariantCulture, $"{kubectl} patch hpa {workload.Name} -p '{{\"spec\":{{\"minReplicas\":4,\"maxReplicas\":12}}}}'\n");
        text.Append("""
            ```

            To keep them, and for other resources, have an overlay of your own beside this folder, and apply that one instead:

            ```sh
            mkdir -p ../site && cat > ../site/kustomization.yaml <<'END'
            resources: [../out/overlays/production]
            patches:

            """);
        if (services.FirstOrDefault(workload => !workload.IsSingle) is { } scaled)
            text.Append(CultureInfo.InvariantCulture, $$"""
                - target: {kind: HorizontalPodAutoscaler, name: {{scaled.Name}}}
                  patch: '[{"op": "replace", "path": "/spec/maxReplicas", "value": 12}]'

                """);
        text.Append("END\n```\n\n");
        if (services.Where(workload => workload.IsSingle).ToList() is { Count: > 0 } single)
            text.Append(CultureInfo.InvariantCulture, $"Never more than one pod: {Names(single)}, which keeps in memory what another pod would not have.\n\n");
    }

    private static void AppendBackup(StringBuilder text, List<Workload> services, string kubectl)
    {
        var secrets = services.SelectMany(workload => workload.Environment).Select(variable => variable.Value).OfType<PublishedValue.FromSecret>()
            .Select(secret => secret.Secret).Distinct().Order(StringComparer.Ordinal).ToList();
        text.Append("""
            ## Back up and restore

            All data is in the data servers: the components below that run them say how they are backed up and restored. Beside them keep the settings and the Secrets:

            ```sh

            """);
        text.Append(CultureInfo.InvariantCulture, $"cp {ValuesFile} \"$SAFE_PLACE\"\n");
        if (secrets.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"{kubectl} get secret {string.Join(' ', secrets)} -o yaml > \"$SAFE_PLACE/secrets.yaml\"\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            ```

            Nothing may write while data is restored. Without replicas an autoscaler rests; KEDA has to be told, where it scales:

            ```sh
            {kubectl} annotate scaledobject --all autoscaling.keda.sh/paused=true
            {kubectl} scale --replicas=0 {Deployments(services)}
            # restore here
            {kubectl} annotate scaledobject --all autoscaling.keda.sh/paused-
            {kubectl} scale --replicas=1 {Deployments(services)}

            """);
    }

    private static void AppendRollout(StringBuilder text, List<Workload> services, string kubectl)
    {
        foreach (var workload in services)
            text.Append(CultureInfo.InvariantCulture, $"{kubectl} rollout status deployment/{workload.Name} --timeout=15m\n");
    }

    private static string Deployments(List<Workload> services) => string.Join(' ', services.Select(workload => $"deployment/{workload.Name}"));

    private static string Names(List<Workload> workloads) => string.Join(", ", workloads.Select(workload => $"`{workload.Name}`"));
}
