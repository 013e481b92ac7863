namespace CloudNative.AiGateway.Traffic;

/// <param name="Subject">Whom the usage belongs to.</param>
/// <param name="Weight">Share of the traffic, relative to the others.</param>
/// <param name="Models">What the customer uses, the favourite first.</param>
internal sealed record Customer(string Subject, double Weight, params Model[] Models);

/// <param name="Name">As providers spell it.</param>
/// <param name="PromptTokens">Mean tokens of a prompt.</param>
/// <param name="CompletionTokens">Mean tokens of an answer.</param>
internal sealed record Model(string Name, int PromptTokens, int CompletionTokens);

/// <summary>Who calls the gateway, and for which models.</summary>
internal static class Catalog
{
    private static readonly Model Gpt4o = new("gpt-4o", 1_400, 420);
    private static readonly Model Gpt4oMini = new("gpt-4o-mini", 900, 260);
    private static readonly Model ClaudeSonnet = new("claude-sonnet-4", 2_600, 780);
    private static readonly Model ClaudeHaiku = new("claude-3-5-haiku", 700, 240);
    private static readonly Model GeminiPro = new("gemini-2.5-pro", 1_900, 610);

    public static readonly IReadOnlyList<Customer> Customers =
    [
        new("acme-robotics", 14, ClaudeSonnet, Gpt4o),
        new("northwind-legal", 11, ClaudeSonnet, GeminiPro),
        new("contoso-support", 18, Gpt4oMini, ClaudeHaiku),
        new("fabrikam-health", 9, Gpt4o, ClaudeSonnet),
        new("tailspin-games", 7, Gpt4oMini, Gpt4o),
        new("wingtip-retail", 8, Gpt4oMini, GeminiPro),
        new("litware-insurance", 6, Gpt4o, ClaudeHaiku),
        new("adatum-analytics", 10, GeminiPro, ClaudeSonnet),
        new("woodgrove-bank", 6, ClaudeSonnet, Gpt4o),
        new("proseware-media", 5, Gpt4o, GeminiPro),
        new("lucerne-publishing", 3, ClaudeHaiku, Gpt4oMini),
        new("margies-travel", 3, Gpt4oMini, ClaudeHaiku),
    ];

    public static readonly double TotalWeight = Customers.Sum(customer => customer.Weight);
}
