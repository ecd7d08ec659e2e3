using System;
using System.Collections.Generic;
using ConsonanceStubs;

namespace UnityEngine
{
    [Flags]
    public enum HideFlags
    {
        None = 0,
        HideInHierarchy = 1,
        HideInInspector = 2,
        DontSaveInEditor = 4,
        NotEditable = 8,
        DontSaveInBuild = 16,
        DontUnloadUnusedAsset = 32,
        DontSave = 52,
        HideAndDontSave = 61
    }

    /// <summary>An engine object. A destroyed one compares equal to null, as in Unity.</summary>
    public class Object
    {
        internal bool Destroyed;
        private static int _lastId;
        private readonly int _id = System.Threading.Interlocked.Decrement(ref _lastId);
        private string _name = "";

        public virtual string name
        {
            get { return _name; }
            set { _name = value; }
        }

        public HideFlags hideFlags { get; set; }

        public int GetInstanceID()
        {
            return _id;
        }

        /// <summary>Destroys at the end of the frame, or that many seconds later.</summary>
        public static void Destroy(Object obj, float t = 0)
        {
            MainThread.Require("Destroy");
            if (!World.Playing)
                Debug.LogError("Destroy may not be called from edit mode! Use DestroyImmediate instead.");
            else if (obj != null)
                World.QueueDestroy(obj, t);
        }

        public static void DestroyImmediate(Object obj, bool allowDestroyingAssets = false)
        {
            MainThread.Require("DestroyImmediate");
            if (obj != null)
                Lifecycle.Destroy(obj);
        }

        /// <summary>Keeps a root object, or a component's root object, when the scene changes.</summary>
        public static void DontDestroyOnLoad(Object target)
        {
            MainThread.Require("DontDestroyOnLoad");
            var gameObject = Lifecycle.GameObjectOf(target);
            if (gameObject == null)
                return;
            if (gameObject.transform.parent != null)
                Debug.LogWarning("DontDestroyOnLoad only works for root GameObjects or their components.");
            else
                gameObject.SurvivesSceneChange = true;
        }

        public static T Instantiate<T>(T original) where T : Object
        {
            MainThread.Require("Instantiate");
            return (T)Cloning.Clone(original, null);
        }

        public static T Instantiate<T>(T original, Transform parent) where T : Object
        {
            MainThread.Require("Instantiate");
            return (T)Cloning.Clone(original, parent);
        }

        public static T FindObjectOfType<T>() where T : Object
        {
            return (T)World.Find(typeof(T), false);
        }

        public static T FindFirstObjectByType<T>() where T : Object
        {
            return (T)World.Find(typeof(T), false);
        }

        public static T[] FindObjectsOfType<T>() where T : Object
        {
            MainThread.Require("FindObjectsOfType");
            var found = new List<T>();
            World.FindAll(found, false);
            return found.ToArray();
        }

        public static bool operator ==(Object x, Object y)
        {
            var xGone = ReferenceEquals(x, null) || x.Destroyed;
            var yGone = ReferenceEquals(y, null) || y.Destroyed;
            return xGone || yGone ? xGone && yGone : ReferenceEquals(x, y);
        }

        public static bool operator !=(Object x, Object y)
        {
            return !(x == y);
        }

        public static implicit operator bool(Object exists)
        {
            return exists != null;
        }

        public override bool Equals(object other)
        {
            return this == other as Object;
        }

        public override int GetHashCode()
        {
            return _id;
        }

        public override string ToString()
        {
            return Destroyed ? "null" : name + " (" + GetType().FullName + ")";
        }

        internal void RequireAlive(string member)
        {
            MainThread.Require(member);
            if (Destroyed)
                throw new MissingReferenceException("The object of type '" + GetType().Name +
                    "' has been destroyed but you are still trying to access it (" + member + ").");
        }
    }

    public class UnityException : SystemException
    {
        public UnityException(string message) : base(message)
        {
        }
    }

    public class MissingReferenceException : SystemException
    {
        public MissingReferenceException(string message) : base(message)
        {
        }
    }
}
