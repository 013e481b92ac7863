namespace Aspire.Hosting.Publishing;

/// <summary>A value of the model in a cluster.</summary>
internal abstract record PublishedValue
{
    private PublishedValue()
    {
    }

    /// <summary>Known when the manifests are written.</summary>
    public sealed record Plain(string Text) : PublishedValue;

    /// <summary>Known when the pod starts, such as <c>metadata.name</c>.</summary>
    public sealed record FromPod(string FieldPath) : PublishedValue;

    /// <summary>A text with other variables in it, as <c>$(NAME)</c>.</summary>
    public sealed record Expanded(string Text) : PublishedValue;

    /// <summary>A parameter of the model: the operator's settings hold it, and until it is set there it is what it was when the manifests were written.</summary>
    public sealed record FromSetting(string Setting, string Text) : PublishedValue;

    /// <summary>Known to the operator only, who puts it into the Secret.</summary>
    /// <param name="Secret">The Secret's name: the name of the resource that the value belongs to.</param>
    /// <param name="Key">The key in the Secret.</param>
    /// <param name="IsOptional">Whether the pod starts without it.</param>
    public sealed record FromSecret(string Secret, string Key, bool IsOptional) : PublishedValue;
}
