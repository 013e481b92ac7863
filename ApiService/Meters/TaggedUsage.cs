using System.IO.Pipelines;
using System.Text.Json;
using CloudNative.ApiService.Json;

namespace CloudNative.ApiService.Meters;

/// <summary>
/// The answer to a GET, as JSON or as a table. It is written before it is sent, since its ETag stands in front of it; and into pieces that are lent, since in one the bytes
/// of a long answer would be a large object.
/// </summary>
internal sealed class TaggedUsage(UsageResponse answer, UsageCsv? table) : IResult
{
    private const string JsonContentType = "application/json; charset=utf-8";

    // One piece for all but long answers.
    private const int PieceBytes = 64 * 1024;

    private static readonly PipeOptions InPieces = new(pauseWriterThreshold: 0, minimumSegmentSize: PieceBytes, useSynchronizationContext: false);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancellationToken) = (httpContext.Response, httpContext.RequestAborted);
        var written = new Pipe(InPieces);
        if (table is null)
            await JsonSerializer.SerializeAsync(written.Writer, answer, ApiJson.Options(httpContext), cancellationToken);
        else
            await table.WriteAsync(written.Writer.AsStream(leaveOpen: true), cancellationToken);
        await written.Writer.CompleteAsync();

        var body = (await written.Reader.ReadAsync(cancellationToken)).Buffer;
        if (UsageETag.IsKnown(httpContext, body))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
        }
        else
        {
            response.ContentType = JsonContentType;
            table?.Announce(response);
            response.ContentLength = body.Length;
            foreach (var piece in body)
                await response.Body.WriteAsync(piece, cancellationToken);
        }

        await written.Reader.CompleteAsync();
    }
}
