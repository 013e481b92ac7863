using CloudNative.Metering.Client.Tests;
using Xunit.Runner.InProc.SystemConsole;

if (KilledReporter.Folder is { Length: > 0 } folder)
    await KilledReporter.RunAsync(folder);
return await ConsoleRunner.Run(args);
