using CloudNative.AiGateway;
using CloudNative.AiGateway.Metering;

var builder = Host.CreateApplicationBuilder(args);
builder.AddServiceDefaults();
builder.AddMeteringClient();
builder.AddGateway();

builder.Build().Run();
