namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a new annotation does to earlier ones of its type.</summary>
public enum ResourceAnnotationMutationBehavior
{
    Append,
    Replace,
}
