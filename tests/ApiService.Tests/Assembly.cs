using CloudNative.ApiService.Tests;

[assembly: AssemblyFixture(typeof(TestApi))]
