using System;
using System.Collections.Generic;
using System.Reflection;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>
    /// Instantiate: copies serialized fields, and turns references inside of the tree to the copies. Lists and
    /// serializable classes are shared with the original, other than in Unity.
    /// </summary>
    internal static class Cloning
    {
        internal static UnityEngine.Object Clone(UnityEngine.Object original, Transform parent)
        {
            var gameObject = Lifecycle.GameObjectOf(original);
            if (gameObject == null)
                throw new ArgumentException("only game objects and components can be cloned here");
            var copies = new Dictionary<UnityEngine.Object, UnityEngine.Object>();
            World.Build(() => CloneTree(gameObject, parent, copies));
            return copies[original];
        }

        internal static void CopyFields(Component original, Component copy)
        {
            foreach (var field in Fields(original.GetType()))
                field.SetValue(copy, field.GetValue(original));
        }

        /// <summary>The fields that Unity would save with the component.</summary>
        internal static List<FieldInfo> Fields(Type type)
        {
            const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic |
                BindingFlags.DeclaredOnly;
            var found = new List<FieldInfo>();
            for (; type != null && type != typeof(MonoBehaviour) && type != typeof(ScriptableObject);
                type = type.BaseType)
                foreach (var field in type.GetFields(own))
                    if (!field.IsInitOnly && !field.IsNotSerialized &&
                        (field.IsPublic || Attribute.IsDefined(field, typeof(SerializeField))))
                        found.Add(field);
            return found;
        }

        private static void CloneTree(GameObject top, Transform parent,
            Dictionary<UnityEngine.Object, UnityEngine.Object> copies)
        {
            CloneOne(top, parent, copies);
            foreach (var member in top.Tree())
                if (!ReferenceEquals(member, top))
                    CloneOne(member, (Transform)copies[member.Root.ParentOrNull], copies);
            foreach (var copy in new List<UnityEngine.Object>(copies.Values))
                if (copy is MonoBehaviour)
                    Redirect((MonoBehaviour)copy, copies);
        }

        private static void CloneOne(GameObject original, Transform parent,
            Dictionary<UnityEngine.Object, UnityEngine.Object> copies)
        {
            var copy = new GameObject(original.name + (parent == null ? "(Clone)" : "")) { tag = original.tag };
            copy.SetActive(original.activeSelf);
            copy.transform.SetParent(parent, false);
            copy.transform.localPosition = original.Root.localPosition;
            copy.transform.localRotation = original.Root.localRotation;
            copies[original] = copy;
            copies[original.Root] = copy.Root;
            foreach (var component in original.Components)
            {
                if (component is Transform)
                    continue;
                var twin = Lifecycle.Attach(copy, component.GetType());
                twin.CopyFrom(component);
                if (component is Behaviour)
                    ((Behaviour)twin).EnabledFlag = ((Behaviour)component).EnabledFlag;
                copies[component] = twin;
            }
        }

        private static void Redirect(MonoBehaviour copy, Dictionary<UnityEngine.Object, UnityEngine.Object> copies)
        {
            foreach (var field in Fields(copy.GetType()))
            {
                var target = field.GetValue(copy) as UnityEngine.Object;
                UnityEngine.Object twin;
                if (!ReferenceEquals(target, null) && copies.TryGetValue(target, out twin))
                    field.SetValue(copy, twin);
            }
        }
    }

    /// <summary>A game object outside of every scene: its scripts get no messages, only those of its clones.</summary>
    public static class StubPrefab
    {
        public static GameObject Create(string name, Action<GameObject> build)
        {
            var prefab = new GameObject(name) { IsPrefab = true };
            World.Objects.Remove(prefab);
            build(prefab);
            foreach (var member in prefab.Tree())
            {
                member.IsPrefab = true;
                World.Objects.Remove(member);
                foreach (var component in member.Components)
                {
                    AudioGraph.Unregister(component);
                    World.Behaviours.RemoveAll(each => ReferenceEquals(each, component));
                }
            }
            return prefab;
        }
    }

    /// <summary>Sets private serialized fields, as the inspector does.</summary>
    public static class SerializedFields
    {
        public static void Set(UnityEngine.Object target, string field, object value)
        {
            Find(target, field).SetValue(target, value);
        }

        public static object Get(UnityEngine.Object target, string field)
        {
            return Find(target, field).GetValue(target);
        }

        public static bool Has(UnityEngine.Object target, string field)
        {
            return Cloning.Fields(target.GetType()).Exists(each => each.Name == field);
        }

        private static FieldInfo Find(UnityEngine.Object target, string name)
        {
            var field = Cloning.Fields(target.GetType()).Find(each => each.Name == name);
            if (field == null)
                throw new ArgumentException(target.GetType().Name + " has no serialized field " + name);
            return field;
        }
    }
}
