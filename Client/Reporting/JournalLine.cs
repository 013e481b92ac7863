using System.Buffers;
using System.Buffers.Text;
using System.IO.Hashing;

namespace CloudNative.Metering.Client.Reporting;

/// <summary>An event in a file: CRC-32 in hexadecimal, a space, the JSON, a line feed. Written JSON has no line feed of its own.</summary>
internal static class JournalLine
{
    private const byte LineFeed = (byte)'\n';
    private const int CrcDigits = 8;
    private const int Head = CrcDigits + 1;

    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<byte> json)
    {
        var line = to.GetSpan(Head + json.Length + 1);
        Utf8Formatter.TryFormat(Crc32.HashToUInt32(json), line, out _, new StandardFormat('x', CrcDigits));
        line[CrcDigits] = (byte)' ';
        json.CopyTo(line[Head..]);
        line[Head + json.Length] = LineFeed;
        to.Advance(Head + json.Length + 1);
    }

    /// <summary>The events of a file, and how many bytes of it are none: what was being written when the process or the machine ended.</summary>
    public static (List<byte[]> Events, int Damaged) ReadAll(ReadOnlySpan<byte> file)
    {
        var (events, damaged) = (new List<byte[]>(), 0);
        while (!file.IsEmpty)
        {
            var end = file.IndexOf(LineFeed);
            var length = end < 0 ? file.Length : end + 1;
            if (end >= 0 && IsWhole(file[..end]))
                events.Add(file[Head..end].ToArray());
            else
                damaged += length;
            file = file[length..];
        }

        return (events, damaged);
    }

    private static bool IsWhole(ReadOnlySpan<byte> line) =>
        line.Length > Head && Utf8Parser.TryParse(line, out uint crc, out var digits, 'x') && digits == CrcDigits && crc == Crc32.HashToUInt32(line[Head..]);
}
