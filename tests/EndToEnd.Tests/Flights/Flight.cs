using System.Globalization;
using System.Text.Json;

namespace CloudNative.EndToEnd.Tests.Flights;

/// <summary>One row of the flights data; <paramref name="Date"/> has no zone and is read as UTC.</summary>
internal sealed record Flight(string Date, int Delay, int Distance, string Origin, string Destination)
{
    private const string SharedData = "shared/data/flights-20k.json";

    /// <summary>The real data where it lies beside the repository, else the repository's own small sample.</summary>
    public static string FindFile()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, SharedData);
            if (File.Exists(file))
                return file;
        }

        return Path.Combine(AppContext.BaseDirectory, "Data", "flights-sample.json");
    }

    public static IReadOnlyList<Flight> Read(string file)
    {
        using var stream = File.OpenRead(file);
        return JsonSerializer.Deserialize<List<Flight>>(stream, JsonSerializerOptions.Web)!;
    }

    public object ToEvent(int index) => new
    {
        specversion = "1.0",
        id = $"flight-{index}",
        source = "/flights",
        type = "flight",
        subject = Origin,
        time = DateTime.ParseExact(Date, "yyyy/MM/dd HH:mm", CultureInfo.InvariantCulture).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        data = new { distance = Distance, delay = Delay, destination = Destination },
    };
}
