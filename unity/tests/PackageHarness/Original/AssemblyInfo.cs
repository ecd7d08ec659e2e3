using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Consonance.Unity.Original.Tests")]
[assembly: InternalsVisibleTo("Consonance.Unity.Outages.Tests")]
