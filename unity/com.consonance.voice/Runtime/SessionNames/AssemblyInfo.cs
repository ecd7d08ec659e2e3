using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Consonance.Unity.Original.Tests")]
