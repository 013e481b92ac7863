/// <summary>What DOTNET_STARTUP_HOOKS looks for, by this name and without a namespace. Loading the assembly is all that it is for.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
    }
}
