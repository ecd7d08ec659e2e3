using System;
using System.Collections.Generic;
using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>Data that is no component: settings assets.</summary>
    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>() where T : ScriptableObject
        {
            return (T)CreateInstance(typeof(T));
        }

        public static ScriptableObject CreateInstance(Type type)
        {
            MainThread.Require("CreateScriptableObject");
            var created = (ScriptableObject)Activator.CreateInstance(type, true);
            var onEnable = Messages.Bind<Action>(created, "OnEnable");
            if (onEnable != null)
                Messages.Call(onEnable, created);
            return created;
        }
    }

    public class TextAsset : Object
    {
        public TextAsset(string text)
        {
            this.text = text;
        }

        public string text { get; private set; }
    }

    /// <summary>Assets by path; a test registers them with <see cref="ConsonanceStubs.StubResources"/>.</summary>
    public static class Resources
    {
        public static T Load<T>(string path) where T : Object
        {
            MainThread.Require("Load");
            return StubResources.Find(path) as T;
        }

        public static Object Load(string path)
        {
            MainThread.Require("Load");
            return StubResources.Find(path);
        }

        /// <summary>Inactive objects, too, as in Unity.</summary>
        public static T[] FindObjectsOfTypeAll<T>() where T : Object
        {
            var found = new List<T>();
            World.FindAll(found, true);
            return found.ToArray();
        }
    }
}

namespace ConsonanceStubs
{
    /// <summary>What <c>Resources.Load</c> finds.</summary>
    public static class StubResources
    {
        private static readonly Dictionary<string, UnityEngine.Object> Assets =
            new Dictionary<string, UnityEngine.Object>();

        public static void Add(string path, UnityEngine.Object asset)
        {
            Assets[path] = asset;
        }

        public static void Clear()
        {
            Assets.Clear();
        }

        internal static UnityEngine.Object Find(string path)
        {
            UnityEngine.Object found;
            return Assets.TryGetValue(path, out found) ? found : null;
        }
    }
}
