using CloudNative.AiGateway;

var builder = Host.CreateApplicationBuilder(args);
builder.AddServiceDefaults();
builder.AddGateway();

builder.Build().Run();
