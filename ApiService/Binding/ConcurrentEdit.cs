using CloudNative.ApiService.Problems;
using CloudNative.Metering.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Binding;

/// <summary>An edit of a row that others may edit at the same time.</summary>
internal static class ConcurrentEdit
{
    private const int MaxAttempts = 5;

    /// <summary>Edits anew when somebody else was faster: what is there then may still be what the client asks for.</summary>
    /// <param name="database">What <paramref name="edit"/> saves with.</param>
    /// <param name="thing">What is edited, for whoever never gets his turn.</param>
    /// <param name="edit">Reads, checks, changes and saves.</param>
    public static async Task<Results<Ok<T>, ApiProblem>> RunAsync<T>(MeteringDbContext database, string thing, Func<Task<Results<Ok<T>, ApiProblem>>> edit)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await edit();
            }
            catch (DbUpdateConcurrencyException) when (attempt < MaxAttempts)
            {
                database.ChangeTracker.Clear();
            }
            catch (DbUpdateConcurrencyException)
            {
                return Problem.Conflict($"The {thing} is being edited by others all the time; try again.");
            }
        }
    }
}
