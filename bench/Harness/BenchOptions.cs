using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CloudNative.Bench.Harness;

/// <summary>The command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        Usage: dotnet run -c Release --project bench -- [CASE…] [--quick] [--rounds N] [--kafka] [--json FILE] [--markdown FILE]

          CASE             cases to run, by name (see --list); default: all but the long ones
          --quick          few and small rounds: does it run and count right? Under 3 minutes; floors are shown, not judged
          --rounds N       rounds of a case (A-B each), instead of 5 (--quick: 2)
          --kafka          Apache Kafka from CLOUDNATIVE_KAFKA_HOME, instead of librdkafka's in-memory cluster
          --json FILE      writes every figure of every round
          --markdown FILE  writes tables; in a document that has sections for them (bench/README.md), into those; may be repeated
          --list           names the cases

        Exit code: 0 good, 1 a count was wrong or a case failed, 2 nothing was run, 3 a floor was missed (not with --quick).
        """;

    public IReadOnlyList<ICase> Cases { get; private init; } = CaseList.Default;

    public Sizes Sizes { get; private init; } = Sizes.Full;

    public bool IsQuick { get; private init; }

    public bool WithApacheKafka { get; private init; }

    public string? JsonFile { get; private init; }

    public IReadOnlyList<string> MarkdownFiles { get; private init; } = [];

    public static bool TryParse(string[] args, [NotNullWhen(true)] out BenchOptions? options, out string problem)
    {
        options = null;
        problem = "";
        try
        {
            options = Parse(args);
            return true;
        }
        catch (FormatException e)
        {
            problem = e.Message.Length > 0 ? $"{e.Message}\n\n{Usage}" : Usage;
            return false;
        }
    }

    private static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        var cases = new List<ICase>();
        int? rounds = null;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick": options = options with { IsQuick = true, Sizes = Sizes.Quick }; break;
                case "--kafka": options = options with { WithApacheKafka = true }; break;
                case "--rounds": rounds = int.Parse(Value(args, ref i), NumberStyles.None, CultureInfo.InvariantCulture); break;
                case "--json": options = options with { JsonFile = Value(args, ref i) }; break;
                case "--markdown": options = options with { MarkdownFiles = [.. options.MarkdownFiles, Value(args, ref i)] }; break;
                case "--list": throw new FormatException(CaseList.Describe());
                case "--help": throw new FormatException("");
                case var name: cases.Add(CaseList.Find(name) ?? throw new FormatException($"There is no case or option '{name}'.\n{CaseList.Describe()}")); break;
            }
        }

        return options with
        {
            Cases = cases.Count > 0 ? cases : CaseList.Default,
            Sizes = rounds is > 0 ? options.Sizes with { Rounds = rounds.Value } : options.Sizes,
        };
    }

    private static string Value(string[] args, ref int i) =>
        ++i < args.Length ? args[i] : throw new FormatException($"{args[i - 1]} needs a value.");
}
