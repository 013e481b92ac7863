namespace Aspire.Hosting.ApplicationModel;

/// <summary>What whoever starts the application should know of a resource: one line at the start.</summary>
internal sealed record NoteAnnotation(string Text) : IResourceAnnotation;
