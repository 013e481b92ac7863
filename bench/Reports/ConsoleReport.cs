using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Reports;

internal static class ConsoleReport
{
    public static void Write(Conditions conditions)
    {
        foreach (var (name, value) in conditions.Settings)
            Console.WriteLine($"{name,-11} {value}");
        Console.WriteLine();
    }

    public static void Write(ICase one, CaseResult result, TimeSpan elapsed)
    {
        Console.WriteLine($"{one.Id,-5} {one.Title} ({elapsed.TotalSeconds:0} s)");
        if (result.Failure is { } failure)
        {
            Console.WriteLine($"      FAIL {failure}");
            return;
        }

        var ratio = result.Below is null ? "" : $"; ratio {Text.Of(result.Ratio)}";
        Console.WriteLine($"      {Text.Of(result.Above)}{(result.Below is null ? "" : $", {Text.Of(result.Below)}")}{ratio} ({Text.Spread(result)})");
        if (result.Bound is not null)
            Console.WriteLine($"      floor {Text.Floor(result)}; goal {Text.Goal(result)}");
        foreach (var note in result.Notes)
            Console.WriteLine($"      {note}");
    }

    public static void Write(Figures figures)
    {
        var measured = Figures.All.Where(figure => figures.Find(figure.Key) is not null).ToList();
        if (measured.Count == 0)
            return;

        Console.WriteLine($"\n{"figure",-58} {"here",12} {"unit",-9} OpenMeter");
        foreach (var figure in measured)
            Console.WriteLine($"{figure.Label,-58} {Text.Of(figures.Find(figure.Key)!.Value),12} {figure.Unit,-9} {figure.OpenMeter}");
    }
}
