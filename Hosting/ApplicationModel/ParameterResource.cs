namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that whoever runs the application gives it.</summary>
public class ParameterResource : Resource, IExpressionValue
{
    private readonly Lazy<string> _value;

    /// <param name="callback">Finds the value; it is called once, when the value is first needed.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : base(name)
    {
        _value = new Lazy<string>(() => callback(Default));
        Secret = secret;
    }

    /// <summary>A secret is masked wherever it is shown and never published.</summary>
    public bool Secret { get; }

    public bool IsConnectionString { get; set; }

    public ParameterDefault? Default { get; set; }

    /// <exception cref="MissingParameterValueException">There is none; the message names the configuration key.</exception>
    public string Value => _value.Value;

    public string ValueExpression => $"{{{Name}.value}}";

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Value);

    internal string ConfigurationKey => IsConnectionString ? $"ConnectionStrings:{Name}" : $"Parameters:{Name}";
}
