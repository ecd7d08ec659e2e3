using System;
using System.Collections.Generic;
using UnityEngine;

namespace UnityEditor
{
    /// <summary>The numbers are Unity's.</summary>
    public enum BuildTargetGroup
    {
        Unknown = 0,
        Standalone = 1,
        iOS = 4,
        Android = 7,
        WebGL = 13
    }

    public enum BuildTarget
    {
        StandaloneOSX = 2,
        StandaloneWindows = 5,
        iOS = 9,
        Android = 13,
        StandaloneWindows64 = 19,
        WebGL = 20,
        StandaloneLinux64 = 24
    }

    public static class EditorUserBuildSettings
    {
        static EditorUserBuildSettings()
        {
            selectedBuildTargetGroup = BuildTargetGroup.Standalone;
            activeBuildTarget = BuildTarget.StandaloneLinux64;
        }

        public static BuildTargetGroup selectedBuildTargetGroup { get; set; }
        public static BuildTarget activeBuildTarget { get; set; }
        public static StandaloneBuildSubtarget standaloneBuildSubtarget { get; set; }
    }

    public enum StandaloneBuildSubtarget
    {
        Default,
        Player = 2,
        Server = 1,
    }

    public static class BuildPipeline
    {
        public static BuildTargetGroup GetBuildTargetGroup(BuildTarget target)
        {
            return target == BuildTarget.iOS ? BuildTargetGroup.iOS
                : target == BuildTarget.Android ? BuildTargetGroup.Android
                : target == BuildTarget.WebGL ? BuildTargetGroup.WebGL
                : BuildTargetGroup.Standalone;
        }
    }

    /// <summary>Settings of the project, in memory.</summary>
    public static class PlayerSettings
    {
        private static readonly Dictionary<int, string> Symbols = new Dictionary<int, string>();

        public static bool runInBackground { get; set; }

        public static string GetScriptingDefineSymbolsForGroup(BuildTargetGroup targetGroup)
        {
            string symbols;
            return Symbols.TryGetValue((int)targetGroup, out symbols) ? symbols : "";
        }

        public static void SetScriptingDefineSymbolsForGroup(BuildTargetGroup targetGroup, string defines)
        {
            if (targetGroup == BuildTargetGroup.Unknown)
                throw new ArgumentException("the build target group must be known");
            Symbols[(int)targetGroup] = defines;
        }

        public static string GetScriptingDefineSymbols(Build.NamedBuildTarget buildTarget)
        {
            return GetScriptingDefineSymbolsForGroup(buildTarget.ToBuildTargetGroup());
        }

        public static void SetScriptingDefineSymbols(Build.NamedBuildTarget buildTarget, string defines)
        {
            SetScriptingDefineSymbolsForGroup(buildTarget.ToBuildTargetGroup(), defines);
        }

        public static class iOS
        {
            public static string microphoneUsageDescription { get; set; }
        }
    }

    public static class EditorUtility
    {
        /// <summary>What the user answers to the next dialogs.</summary>
        public static bool StubAnswer { get; set; }

        public static void SetDirty(UnityEngine.Object target)
        {
        }

        /// <summary>Whether it, or the object of a component, is an asset and not in a scene.</summary>
        public static bool IsPersistent(UnityEngine.Object target)
        {
            var component = target as Component;
            return AssetDatabase.Contains(component != null ? component.gameObject : target);
        }

        public static bool DisplayDialog(string title, string message, string ok)
        {
            return DisplayDialog(title, message, ok, "");
        }

        public static bool DisplayDialog(string title, string message, string ok, string cancel)
        {
            ConsonanceStubs.GuiRecord.Draw("dialog", title + ": " + message);
            return StubAnswer;
        }
    }

    /// <summary>What can be undone is only counted.</summary>
    public static class Undo
    {
        /// <summary>What a user could undo, oldest first: "object: name".</summary>
        public static readonly List<string> StubSteps = new List<string>();

        public static void RecordObject(UnityEngine.Object objectToUndo, string name)
        {
            Record(objectToUndo, name);
        }

        public static T AddComponent<T>(GameObject gameObject) where T : Component
        {
            Record(gameObject, "Add " + typeof(T).Name);
            return gameObject.AddComponent<T>();
        }

        public static void RegisterCreatedObjectUndo(UnityEngine.Object objectToUndo, string name)
        {
            Record(objectToUndo, name);
        }

        internal static void Record(UnityEngine.Object changed, string name)
        {
            StubSteps.Add(changed.name + ": " + name);
        }
    }

    public static class Selection
    {
        public static UnityEngine.Object activeObject { get; set; }

        public static GameObject activeGameObject
        {
            get { return activeObject as GameObject; }
            set { activeObject = value; }
        }
    }

    /// <summary>Assets in memory, by path.</summary>
    public static class AssetDatabase
    {
        private static readonly Dictionary<string, UnityEngine.Object> Assets =
            new Dictionary<string, UnityEngine.Object>();

        public static T LoadAssetAtPath<T>(string assetPath) where T : UnityEngine.Object
        {
            UnityEngine.Object asset;
            return Assets.TryGetValue(assetPath, out asset) ? asset as T : null;
        }

        public static void CreateAsset(UnityEngine.Object asset, string path)
        {
            Assets[path] = asset;
        }

        public static bool Contains(UnityEngine.Object obj)
        {
            return Assets.ContainsValue(obj);
        }

        public static bool IsValidFolder(string path)
        {
            return System.IO.Directory.Exists(path);
        }

        public static void SaveAssets()
        {
        }

        public static void Refresh()
        {
        }
    }

    public class AssetPostprocessor
    {
        public string assetPath { get; set; }

        public virtual int GetPostprocessOrder()
        {
            return 0;
        }
    }
}

namespace UnityEditor.Build
{
    public struct NamedBuildTarget
    {
        private BuildTargetGroup _group;
        private bool _isServer;

        public static NamedBuildTarget Server
        {
            get { return new NamedBuildTarget { _group = BuildTargetGroup.Standalone, _isServer = true }; }
        }

        public string TargetName
        {
            get { return _isServer ? "Server" : _group.ToString(); }
        }

        public static NamedBuildTarget FromBuildTargetGroup(BuildTargetGroup buildTargetGroup)
        {
            return new NamedBuildTarget { _group = buildTargetGroup };
        }

        public BuildTargetGroup ToBuildTargetGroup()
        {
            return _group;
        }
    }

    public interface IOrderedCallback
    {
        int callbackOrder { get; }
    }

    public interface IPreprocessBuildWithReport : IOrderedCallback
    {
        void OnPreprocessBuild(Reporting.BuildReport report);
    }

    public class BuildFailedException : Exception
    {
        public BuildFailedException(string message) : base(message)
        {
        }
    }
}

namespace UnityEditor.Build.Reporting
{
    public struct BuildSummary
    {
        public BuildTarget platform { get; set; }
        public BuildTargetGroup platformGroup { get; set; }
    }

    public sealed class BuildReport : UnityEngine.Object
    {
        public BuildSummary summary { get; set; }
    }
}

namespace UnityEditor.Compilation
{
    public sealed class Assembly
    {
        public Assembly(string name)
        {
            this.name = name;
        }

        public string name { get; private set; }
    }

    /// <summary>The assemblies of the project: a test lists their names.</summary>
    public static class CompilationPipeline
    {
        public static readonly List<string> StubAssemblies = new List<string> { "Assembly-CSharp" };

        public static Assembly[] GetAssemblies()
        {
            return StubAssemblies.ConvertAll(name => new Assembly(name)).ToArray();
        }

        public static string GetAssemblyDefinitionFilePathFromAssemblyName(string assemblyName)
        {
            return StubAssemblies.Contains(assemblyName) ? "Assets/" + assemblyName + ".asmdef" : null;
        }
    }
}
