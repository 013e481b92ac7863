using Aspire.Hosting.Processes.Watchdog;
using Aspire.Hosting.Servers.Kafka;

// The parts of the engine that run in a process of their own (EngineProgram starts them).
switch (args)
{
    case [InMemoryKafkaProgram.Verb, var port, var advertisedPort, var topics]:
        return await InMemoryKafkaProgram.RunAsync(int.Parse(port), int.Parse(advertisedPort), KafkaTopic.ParseList(topics));
    case [WatchdogProgram.Verb, var runId, var temporaryFolder]:
        return await WatchdogProgram.RunAsync(runId, temporaryFolder);
    default:
        await Console.Error.WriteLineAsync("This program is started by the AppHost: dotnet run --project AppHost");
        return 2;
}
