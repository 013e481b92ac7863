using MudBlazor;

namespace CloudNative.Web.Layout;

internal static class Theme
{
    private static readonly string[] Sans = ["Inter Variable", "system-ui", "-apple-system", "Segoe UI", "sans-serif"];

    public static MudTheme Product { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#4f46e5",
            Secondary = "#0e7490",
            Background = "#f6f7fb",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1a2233",
            DrawerBackground = "#ffffff",
            DrawerText = "#475067",
            DrawerIcon = "#475067",
            TextPrimary = "#1a2233",
            TextSecondary = "#566078",
            ActionDefault = "#566078",
            LinesDefault = "#e4e7f0",
            LinesInputs = "#8a93a8",
            TableLines = "#e9ecf3",
            TableHover = "#f3f4fb",
            Divider = "#e4e7f0",
            Success = "#0f7a4b",
            Warning = "#a15c00",
            Error = "#c02537",
            Info = "#1d5fc4",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#9aa2ff",
            PrimaryContrastText = "#12162b",
            Secondary = "#5fd0e6",
            Background = "#0e1220",
            Surface = "#161b2d",
            AppbarBackground = "#161b2d",
            AppbarText = "#e8ebf5",
            DrawerBackground = "#161b2d",
            DrawerText = "#aab3c9",
            DrawerIcon = "#aab3c9",
            TextPrimary = "#e8ebf5",
            TextSecondary = "#a3acc4",
            ActionDefault = "#a3acc4",
            LinesDefault = "#29314a",
            LinesInputs = "#66708c",
            TableLines = "#252c43",
            TableHover = "#1d2339",
            Divider = "#29314a",
            Success = "#4cc38a",
            Warning = "#f0b35a",
            Error = "#ff8a93",
            Info = "#7ab5ff",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = ".875rem", LineHeight = "1.5" },
            Button = new ButtonTypography { FontFamily = Sans, FontWeight = "600", TextTransform = "none" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", DrawerWidthLeft = "232px", AppbarHeight = "56px" },
    };
}
