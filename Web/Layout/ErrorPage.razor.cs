using System.Diagnostics;

namespace CloudNative.Web.Layout;

public sealed partial class ErrorPage
{
    private static string? TraceId => Activity.Current?.TraceId.ToString();
}
