using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Postgres;

/// <summary>pgAdmin, which only Aspire's engine runs.</summary>
public sealed class PgAdminContainerResource(string name) : ContainerResource(name);
