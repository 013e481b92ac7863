namespace Aspire.Hosting.ApplicationModel;

/// <summary>Changes the addresses shown of a resource once its endpoints listen.</summary>
public sealed class ResourceUrlsCallbackAnnotation : IResourceAnnotation
{
    public ResourceUrlsCallbackAnnotation(Action<ResourceUrlsCallbackContext> callback) => Callback = context =>
    {
        callback(context);
        return Task.CompletedTask;
    };

    public ResourceUrlsCallbackAnnotation(Func<ResourceUrlsCallbackContext, Task> callback) => Callback = callback;

    public Func<ResourceUrlsCallbackContext, Task> Callback { get; }
}
