using System.Reflection;

[assembly: AssemblyTitle("Consonance")]
[assembly: AssemblyProduct("Consonance")]
[assembly: AssemblyDescription("Voice chat for games")]
[assembly: AssemblyVersion("@VERSION@.0")]
[assembly: AssemblyFileVersion("@VERSION@.0")]
[assembly: AssemblyInformationalVersion("@VERSION@")]
