namespace CloudNative.Web.Security;

/// <summary>Who lets people in; configuration section <c>SignIn</c>.</summary>
internal sealed class SignInOptions
{
    public const string Section = "SignIn";

    /// <summary>
    /// The request header in which an authenticating proxy in front (oauth2-proxy, for example) says who the user is, such as <c>X-Forwarded-User</c>. A request without it
    /// is refused. The proxy must take the header out of what clients send, and nobody but the proxy may reach this program. Default: null, which only
    /// Development takes: everyone is let in there.
    /// </summary>
    public string? UserHeader { get; set; }
}
