using System;
using System.Collections.Generic;
using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>An object of a scene: a transform and further components.</summary>
    public sealed class GameObject : Object
    {
        internal readonly List<Component> Components = new List<Component>();
        internal readonly Transform Root;
        internal bool SurvivesSceneChange;

        /// <summary>An asset outside of every scene, which gets no messages.</summary>
        internal bool IsPrefab;

        private bool _activeSelf = true;

        public GameObject() : this("New Game Object")
        {
        }

        public GameObject(string name)
        {
            MainThread.Require("Internal_CreateGameObject");
            this.name = name;
            tag = "Untagged";
            Root = new Transform { Owner = this };
            Components.Add(Root);
            World.Objects.Add(this);
        }

        public GameObject(string name, params Type[] components) : this(name)
        {
            foreach (var type in components)
                AddComponent(type);
        }

        public string tag { get; set; }
        public int layer { get; set; }

        public Transform transform
        {
            get { RequireAlive("get_transform"); return Root; }
        }

        public GameObject gameObject
        {
            get { return this; }
        }

        public SceneManagement.Scene scene
        {
            get { return SceneManagement.SceneManager.GetActiveScene(); }
        }

        public bool activeSelf
        {
            get { return _activeSelf; }
        }

        public bool activeInHierarchy
        {
            get { RequireAlive("get_activeInHierarchy"); return IsActive; }
        }

        /// <summary>Active with all its parents; the audio thread may ask.</summary>
        internal bool IsActive
        {
            get
            {
                var parent = Root.ParentOrNull;
                return _activeSelf && (ReferenceEquals(parent, null) || parent.Owner.IsActive);
            }
        }

        public void SetActive(bool value)
        {
            RequireAlive("SetActive");
            if (_activeSelf == value)
                return;
            _activeSelf = value;
            Lifecycle.RefreshTree(this);
        }

        public T AddComponent<T>() where T : Component
        {
            return (T)AddComponent(typeof(T));
        }

        public Component AddComponent(Type componentType)
        {
            RequireAlive("AddComponent");
            return Lifecycle.Add(this, componentType);
        }

        public T GetComponent<T>()
        {
            RequireAlive("GetComponent");
            foreach (var component in Components)
                if (component is T)
                    return (T)(object)component;
            return default(T);
        }

        public Component GetComponent(Type type)
        {
            RequireAlive("GetComponent");
            foreach (var component in Components)
                if (type.IsInstanceOfType(component))
                    return component;
            return null;
        }

        public bool TryGetComponent<T>(out T component)
        {
            component = GetComponent<T>();
            return component != null;
        }

        public T[] GetComponents<T>()
        {
            RequireAlive("GetComponents");
            var found = new List<T>();
            Collect(this, found);
            return found.ToArray();
        }

        public T GetComponentInChildren<T>(bool includeInactive = false)
        {
            var found = GetComponentsInChildren<T>(includeInactive);
            return found.Length == 0 ? default(T) : found[0];
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive = false)
        {
            RequireAlive("GetComponentsInChildren");
            var found = new List<T>();
            foreach (var member in Tree())
                if (includeInactive || member.IsActive)
                    Collect(member, found);
            return found.ToArray();
        }

        public T GetComponentInParent<T>()
        {
            RequireAlive("GetComponentInParent");
            for (var at = Root; !ReferenceEquals(at, null); at = at.ParentOrNull)
            {
                var found = at.Owner.GetComponent<T>();
                if (found != null)
                    return found;
            }
            return default(T);
        }

        public bool CompareTag(string tag)
        {
            return this.tag == tag;
        }

        /// <summary>With the collider that Unity adds, of which planes have only a box here.</summary>
        public static GameObject CreatePrimitive(PrimitiveType type)
        {
            var made = new GameObject(type.ToString());
            made.AddComponent<MeshFilter>();
            made.AddComponent<MeshRenderer>();
            if (type == PrimitiveType.Sphere)
                made.AddComponent<SphereCollider>();
            else if (type == PrimitiveType.Capsule || type == PrimitiveType.Cylinder)
                made.AddComponent<CapsuleCollider>();
            else
                made.AddComponent<BoxCollider>();
            return made;
        }

        public static GameObject Find(string name)
        {
            MainThread.Require("Find");
            foreach (var gameObject in World.Objects)
                if (gameObject.name == name && gameObject.IsActive)
                    return gameObject;
            return null;
        }

        /// <summary>This object and those below it, parents first.</summary>
        internal List<GameObject> Tree()
        {
            var tree = new List<GameObject> { this };
            for (var i = 0; i < tree.Count; i++)
                foreach (var child in tree[i].Root.Children)
                    tree.Add(child.Owner);
            return tree;
        }

        private static void Collect<T>(GameObject owner, List<T> into)
        {
            foreach (var component in owner.Components)
                if (component is T)
                    into.Add((T)(object)component);
        }
    }
}
