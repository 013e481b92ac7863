using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Tools;

namespace CloudNative.Hosting.Tests.Deploy;

/// <summary>What <c>dotnet publish -t:PublishContainer</c> and <c>scripts/image</c> make of the services.</summary>
public sealed class ImageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ApiService")]
    [InlineData("IngestService")]
    [InlineData("MigrationService")]
    [InlineData("Web")]
    public async Task Settings_OfAService_AreAChiseledPinnedBaseAndAUserThatIsNotRoot(string project)
    {
        var answer = await OperatorTools.RunAsync(DotnetHost.Path, "the SDK", [
            "msbuild", project, "-nologo", "-t:ComputeContainerConfig", "-getProperty:ContainerBaseImage", "-getProperty:ContainerUser", "-getProperty:ContainerRepository",
            "-getProperty:ContainerImageTag", "-getProperty:BundledNETCoreAppPackageVersion", "-getItem:ContainerLabel"], Cancellation);

        var properties = JsonDocument.Parse(answer).RootElement.GetProperty("Properties");
        var runtime = properties.GetProperty("BundledNETCoreAppPackageVersion").GetString();
        Assert.EndsWith($"/dotnet/aspnet:{runtime}-noble-chiseled-extra", properties.GetProperty("ContainerBaseImage").GetString(), StringComparison.Ordinal);
        Assert.Equal("1654", properties.GetProperty("ContainerUser").GetString());
        Assert.Equal(project.ToLowerInvariant(), properties.GetProperty("ContainerRepository").GetString());
        Assert.Equal("1.0.0", properties.GetProperty("ContainerImageTag").GetString());
        var labels = JsonDocument.Parse(answer).RootElement.GetProperty("Items").GetProperty("ContainerLabel").EnumerateArray().Select(label => label.GetProperty("Identity").GetString());
        Assert.Contains("org.opencontainers.image.version", labels);
        Assert.DoesNotContain("org.opencontainers.image.created", labels);
    }

    [Fact]
    public async Task Image_BuiltTwice_HasTheSameBytes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "scripts/image needs GNU tar.");
        await using var registry = await BaseImageRegistry.StartAsync(Cancellation);
        var folder = Directory.CreateTempSubdirectory("image").FullName;

        var first = await BuildAsync(registry, Path.Combine(folder, "first.tar"));
        var second = await BuildAsync(registry, Path.Combine(folder, "second.tar"));

        Assert.Matches("^sha256:[0-9a-f]{64}$", first);
        Assert.Equal(first, second);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(folder, "first.tar"), Cancellation), await File.ReadAllBytesAsync(Path.Combine(folder, "second.tar"), Cancellation));
        await AssertContentAsync(Path.Combine(folder, "first.tar"));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> BuildAsync(BaseImageRegistry registry, string archive)
    {
        // What the tests were built with: the image's content is not what is asked here.
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var answer = await OperatorTools.RunAsync("bash", "it runs scripts/image", [
            "-c", $"command -v jq >/dev/null || exit 0; CONFIGURATION={configuration} SOURCE_DATE_EPOCH=1750000000 scripts/image MigrationService 1.2.3 '{archive}' --no-build -p:ContainerBaseImage={registry.Image}"], Cancellation);
        Assert.SkipWhen(answer.Length == 0, "There is no jq, which scripts/image needs.");
        return answer;
    }

    private static async Task AssertContentAsync(string archive)
    {
        var blobs = await ReadAsync(File.OpenRead(archive));
        var manifest = Blob(Json(blobs["./index.json"]).GetProperty("manifests")[0]);
        var config = Blob(manifest.GetProperty("config"));
        Assert.Equal("2025-06-15T15:06:40Z", config.GetProperty("created").GetString());
        Assert.Equal("1654", config.GetProperty("config").GetProperty("User").GetString());
        Assert.Equal(["dotnet", "/app/MigrationService.dll"], config.GetProperty("config").GetProperty("Entrypoint").EnumerateArray().Select(part => part.GetString()));
        var layer = blobs[Path(manifest.GetProperty("layers").EnumerateArray().Last())];
        var files = (await ReadAsync(new GZipStream(new MemoryStream(layer), CompressionMode.Decompress))).Keys.Order(StringComparer.Ordinal).ToList();
        Assert.Contains("./app/MigrationService.dll", files);
        // The first can't be loaded without libsasl2, which the base does not have: then Confluent.Kafka takes the second.
        Assert.Equal(["librdkafka.so", "centos8-librdkafka.so", "alpine-librdkafka.so"], files.Where(file => file.Contains("rdkafka.so", StringComparison.Ordinal)).Select(System.IO.Path.GetFileName).OrderDescending());
        Assert.All(files.Where(file => file.StartsWith("./app/runtimes/", StringComparison.Ordinal) && file.Count(c => c == '/') > 3), file => Assert.StartsWith("./app/runtimes/linux-x64/", file, StringComparison.Ordinal));

        static string Path(JsonElement descriptor) => $"./blobs/sha256/{descriptor.GetProperty("digest").GetString()!["sha256:".Length..]}";
        static JsonElement Json(byte[] text) => JsonDocument.Parse(Encoding.UTF8.GetString(text)).RootElement;
        JsonElement Blob(JsonElement descriptor) => Json(blobs[Path(descriptor)]);
    }

    private static async Task<Dictionary<string, byte[]>> ReadAsync(Stream archive)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(cancellationToken: Cancellation) is { } entry)
        {
            if (entry.DataStream is null)
                continue;
            using var bytes = new MemoryStream();
            await entry.DataStream.CopyToAsync(bytes, Cancellation);
            files[entry.Name] = bytes.ToArray();
        }

        return files;
    }
}
