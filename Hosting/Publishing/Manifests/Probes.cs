using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>Turns the model's health checks into probes. A workload without a port has none.</summary>
internal static class Probes
{
    private const int StartupPeriodSeconds = 2;
    private const int StartupFailures = 60;
    private const int PeriodSeconds = 10;
    private const int TimeoutSeconds = 3;
    private const int Failures = 3;

    public static void AddTo(V1Container container, Workload workload)
    {
        if (workload.Ports.Count == 0)
            return;

        // Starting is asked what being alive is asked: a pod that waits for its database is not broken.
        container.StartupProbe = Liveness(workload);
        container.StartupProbe.PeriodSeconds = StartupPeriodSeconds;
        container.StartupProbe.FailureThreshold = StartupFailures;
        container.LivenessProbe = Liveness(workload);
        container.ReadinessProbe = workload.Readiness is { } readiness ? Get(readiness) : OpenPort(workload);
    }

    private static V1Probe Liveness(Workload workload) => workload.Liveness is { } liveness ? Get(liveness) : OpenPort(workload);

    private static V1Probe Get(HttpCheck check)
    {
        var probe = Timing();
        probe.HttpGet = new V1HTTPGetAction { Path = check.Path, Port = check.PortName };
        return probe;
    }

    private static V1Probe OpenPort(Workload workload)
    {
        var probe = Timing();
        probe.TcpSocket = new V1TCPSocketAction { Port = workload.Ports[0].Name };
        return probe;
    }

    private static V1Probe Timing() => new() { PeriodSeconds = PeriodSeconds, TimeoutSeconds = TimeoutSeconds, FailureThreshold = Failures };
}
