using System;
using System.Collections.Generic;
using UnityEditor;
using UnityEditor.Compilation;

namespace Consonance.Unity.Editor
{
    /// <summary>
    /// Sets the symbols by which the package's parts for other assets are compiled, and clears them again, by what the
    /// project has: an asset, unlike a package, tells no assembly definition that it is there.
    /// </summary>
    public static class ConsonanceDefines
    {
        static readonly KeyValuePair<string, string>[] symbolsOfAssemblies =
        {
            Pair("CONSONANCE_DISSONANCE", "DissonanceVoip"),
            Pair("CONSONANCE_HAS_PUN2", "PhotonUnityNetworking"),
            Pair("CONSONANCE_HAS_FUSION", "Fusion.Runtime"),
            Pair("CONSONANCE_HAS_STEAM", "com.rlabrecque.steamworks.net"),
            Pair("CONSONANCE_HAS_MIRROR", "Mirror"),
            Pair("CONSONANCE_HAS_NGO", "Unity.Netcode.Runtime"),
            Pair("CONSONANCE_HAS_FISHNET", "FishNet.Runtime"),
            Pair("CONSONANCE_HAS_PURRNET", "PurrNet.Runtime"),
            Pair("CONSONANCE_HAS_HLAPI", "com.unity.multiplayer-hlapi.Runtime"),
        };

        static readonly char[] dividers = { ';', ',', ' ' };

        /// <summary>Sets and clears them for the platform that the editor builds for.</summary>
        public static void Apply()
        {
            string before = Symbols;
            string after = Changed(before, Assemblies());
            if (after != before) Symbols = after;
        }

        /// <summary>The symbols, divided by semicolons, for a project with these assemblies.</summary>
        public static string Changed(string symbols, ICollection<string> assemblies)
        {
            List<string> changed = new List<string>();
            foreach (string symbol in (symbols ?? "").Split(dividers, StringSplitOptions.RemoveEmptyEntries))
            {
                if (!Array.Exists(symbolsOfAssemblies, pair => pair.Key == symbol)) changed.Add(symbol);
                else if (!changed.Contains(symbol) && IsThere(symbol, assemblies)) changed.Add(symbol);
            }
            foreach (KeyValuePair<string, string> pair in symbolsOfAssemblies)
            {
                if (assemblies.Contains(pair.Value) && !changed.Contains(pair.Key)) changed.Add(pair.Key);
            }
            return string.Join(";", changed.ToArray());
        }

        [InitializeOnLoadMethod]
        static void ApplyOnLoad()
        {
            // Settings that are changed while the editor loads are not always saved.
            EditorApplication.delayCall += Apply;
        }

        static bool IsThere(string symbol, ICollection<string> assemblies)
        {
            return Array.Exists(symbolsOfAssemblies, pair => pair.Key == symbol && assemblies.Contains(pair.Value));
        }

        /// <summary>Those of sources, which may not compile at the moment, and those of plugins.</summary>
        static ICollection<string> Assemblies()
        {
            HashSet<string> names = new HashSet<string>();
            foreach (Assembly assembly in CompilationPipeline.GetAssemblies()) names.Add(assembly.name);
            foreach (System.Reflection.Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
            {
                names.Add(assembly.GetName().Name);
            }
            return names;
        }

#if UNITY_2021_2_OR_NEWER
        static UnityEditor.Build.NamedBuildTarget Target
        {
            get
            {
                BuildTargetGroup group = EditorUserBuildSettings.selectedBuildTargetGroup;
                bool isServer = group == BuildTargetGroup.Standalone
                    && EditorUserBuildSettings.standaloneBuildSubtarget == StandaloneBuildSubtarget.Server;
                return isServer
                    ? UnityEditor.Build.NamedBuildTarget.Server
                    : UnityEditor.Build.NamedBuildTarget.FromBuildTargetGroup(group);
            }
        }

        static string Symbols
        {
            get { return PlayerSettings.GetScriptingDefineSymbols(Target); }
            set { PlayerSettings.SetScriptingDefineSymbols(Target, value); }
        }
#else
        static BuildTargetGroup Target
        {
            get { return EditorUserBuildSettings.selectedBuildTargetGroup; }
        }

        static string Symbols
        {
            get { return PlayerSettings.GetScriptingDefineSymbolsForGroup(Target); }
            set { PlayerSettings.SetScriptingDefineSymbolsForGroup(Target, value); }
        }
#endif

        static KeyValuePair<string, string> Pair(string symbol, string assembly)
        {
            return new KeyValuePair<string, string>(symbol, assembly);
        }
    }
}
