using System;
using System.Reflection;
using ConsonanceStubs;
using UnityEngine;

namespace UnityEditor
{
    public enum PlayModeStateChange
    {
        EnteredEditMode = 0,
        ExitingEditMode = 1,
        EnteredPlayMode = 2,
        ExitingPlayMode = 3
    }

    /// <summary>The running editor. <see cref="EditorStartUp"/> ties its events to the player loop.</summary>
    public static class EditorApplication
    {
        public delegate void CallbackFunction();

        public static CallbackFunction update;
        public static CallbackFunction delayCall;

        public static event Action<PlayModeStateChange> playModeStateChanged;
        public static event Action quitting;

        /// <summary>Setting it to false ends play mode after the frame.</summary>
        public static bool isPlaying
        {
            get { return Application.isPlaying; }
            set
            {
                if (!value && Application.isPlaying)
                    Application.Quit();
            }
        }

        public static bool isPaused { get; set; }

        public static bool isPlayingOrWillChangePlaymode
        {
            get { return isPlaying; }
        }

        public static bool isCompiling
        {
            get { return false; }
        }

        public static double timeSinceStartup
        {
            get { return Time.realtimeSinceStartupAsDouble; }
        }

        internal static void Raise(PlayModeStateChange change)
        {
            if (playModeStateChanged != null)
                playModeStateChanged(change);
        }

        internal static void RaiseQuitting()
        {
            if (quitting != null)
                quitting();
        }
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();

        public static event AssemblyReloadCallback beforeAssemblyReload;
        public static event AssemblyReloadCallback afterAssemblyReload;

        internal static void RaiseBefore()
        {
            if (beforeAssemblyReload != null)
                beforeAssemblyReload();
        }

        internal static void RaiseAfter()
        {
            if (afterAssemblyReload != null)
                afterAssemblyReload();
        }
    }

    /// <summary>What a test calls to start the editor, to reload scripts and to close it.</summary>
    public static class EditorStartUp
    {
        private static bool _tied;

        /// <summary>Runs the load-time methods of assemblies, and raises play mode changes from here on.</summary>
        public static void Load(params Assembly[] assemblies)
        {
            if (!_tied)
            {
                PlayerLoop.EnteredPlayMode += () => EditorApplication.Raise(PlayModeStateChange.EnteredPlayMode);
                PlayerLoop.LeavingPlayMode += () => EditorApplication.Raise(PlayModeStateChange.ExitingPlayMode);
                _tied = true;
            }
            foreach (var assembly in assemblies)
                foreach (var type in assembly.GetTypes())
                    Load(type);
        }

        /// <summary>Recompiling: the events around it. Static fields stay, which Unity would reset.</summary>
        public static void ReloadScripts()
        {
            AssemblyReloadEvents.RaiseBefore();
            AssemblyReloadEvents.RaiseAfter();
        }

        /// <summary>One turn of the editor outside of play mode.</summary>
        public static void Tick()
        {
            var delayed = EditorApplication.delayCall;
            EditorApplication.delayCall = null;
            if (delayed != null)
                delayed();
            if (EditorApplication.update != null)
                EditorApplication.update();
        }

        public static void Quit()
        {
            EditorApplication.RaiseQuitting();
        }

        internal static void Call(object target, string name)
        {
            const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            var method = target.GetType().GetMethod(name, own, null, Type.EmptyTypes, null);
            if (method != null)
                method.Invoke(target, null);
        }

        private static void Load(Type type)
        {
            const BindingFlags own = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic |
                BindingFlags.DeclaredOnly;
            if (Attribute.IsDefined(type, typeof(InitializeOnLoadAttribute)))
                System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            foreach (var method in type.GetMethods(own))
                if (Attribute.IsDefined(method, typeof(InitializeOnLoadMethodAttribute)))
                    ((Action)Delegate.CreateDelegate(typeof(Action), method))();
        }
    }
}
