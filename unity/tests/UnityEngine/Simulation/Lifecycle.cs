using System;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>Adds, wakes up, switches and destroys components in Unity's order.</summary>
    internal static class Lifecycle
    {
        internal static Component Add(GameObject owner, Type type)
        {
            if (IsRefused(owner, type))
            {
                Debug.LogError("The component " + type.Name + " can't be added because " + owner.name +
                    " already contains one.");
                return null;
            }
            foreach (RequireComponent required in type.GetCustomAttributes(typeof(RequireComponent), true))
            {
                AddMissing(owner, required.m_Type0);
                AddMissing(owner, required.m_Type1);
            }
            var component = Attach(owner, type);
            var behaviour = component as Behaviour;
            if (behaviour != null)
                Refresh(behaviour);
            return component;
        }

        /// <summary>Adds without asking the attributes and without messages.</summary>
        internal static Component Attach(GameObject owner, Type type)
        {
            var component = (Component)Activator.CreateInstance(type, true);
            component.Owner = owner;
            var script = component as MonoBehaviour;
            if (script != null)
            {
                script.State.Bind(script);
                World.Insert(script);
            }
            AudioGraph.Register(component);
            lock (AudioGraph.Gate)
                owner.Components.Add(component);
            return component;
        }

        /// <summary>Awake when due, then OnEnable or OnDisable when it changes.</summary>
        internal static void Refresh(Behaviour behaviour)
        {
            if (!World.Playing || World.Building > 0 || behaviour.Destroyed || behaviour.Owner.IsPrefab)
                return;
            var script = behaviour as MonoBehaviour;
            if (script != null && behaviour.Owner.IsActive && !script.State.Awoken)
            {
                script.State.Awoken = true;
                if (!Messages.Call(script.State.Awake, script))
                    script.EnabledFlag = false;
            }
            var on = !behaviour.Destroyed && behaviour.EnabledFlag && behaviour.Owner.IsActive;
            if (on == behaviour.TurnedOn)
                return;
            behaviour.TurnedOn = on;
            if (on)
                behaviour.OnTurnedOn();
            else
                behaviour.OnTurnedOff();
        }

        internal static void RefreshTree(GameObject top)
        {
            foreach (var member in top.Tree())
                foreach (var component in member.Components.ToArray())
                    if (component is Behaviour)
                        Refresh((Behaviour)component);
        }

        internal static void RefreshAll()
        {
            foreach (var script in World.Behaviours.ToArray())
                Refresh(script);
            foreach (var gameObject in World.Objects.ToArray())
                RefreshTree(gameObject);
        }

        internal static void Destroy(UnityEngine.Object doomed)
        {
            var gameObject = doomed as GameObject;
            var component = doomed as Component;
            if (!ReferenceEquals(gameObject, null))
                DestroyTree(gameObject);
            else if (!ReferenceEquals(component, null))
                DestroyComponent(component);
            else
                DestroyData(doomed);
        }

        private static void DestroyData(UnityEngine.Object doomed)
        {
            var onDisable = doomed is ScriptableObject ? Messages.Bind<Action>(doomed, "OnDisable") : null;
            Messages.Call(onDisable, doomed);
            doomed.Destroyed = true;
        }

        internal static GameObject GameObjectOf(UnityEngine.Object target)
        {
            var component = target as Component;
            return component != null ? component.Owner : target as GameObject;
        }

        private static void DestroyTree(GameObject top)
        {
            var tree = top.Tree();
            foreach (var member in tree)
                foreach (var component in member.Components.ToArray())
                    TurnOff(component as Behaviour);
            foreach (var member in tree)
            {
                foreach (var component in member.Components.ToArray())
                    if (!(component is Transform))
                        DestroyComponent(component);
            }
            top.Root.Detach();
            foreach (var member in tree)
            {
                member.Root.Destroyed = true;
                member.Destroyed = true;
                World.Objects.RemoveAll(each => ReferenceEquals(each, member));
            }
        }

        private static void DestroyComponent(Component component)
        {
            TurnOff(component as Behaviour);
            var script = component as MonoBehaviour;
            if (!ReferenceEquals(script, null))
            {
                if (script.State.Awoken)
                    Messages.Call(script.State.OnDestroy, script);
                World.Behaviours.RemoveAll(each => ReferenceEquals(each, script));
                Coroutines.StopAll(script);
            }
            AudioGraph.Unregister(component);
            lock (AudioGraph.Gate)
                component.Owner.Components.RemoveAll(each => ReferenceEquals(each, component));
            component.Destroyed = true;
        }

        private static void TurnOff(Behaviour behaviour)
        {
            if (ReferenceEquals(behaviour, null) || !behaviour.TurnedOn)
                return;
            behaviour.TurnedOn = false;
            behaviour.OnTurnedOff();
        }

        private static bool IsRefused(GameObject owner, Type type)
        {
            return typeof(Transform).IsAssignableFrom(type) ||
                Attribute.IsDefined(type, typeof(DisallowMultipleComponent)) && owner.GetComponent(type) != null;
        }

        private static void AddMissing(GameObject owner, Type type)
        {
            if (type != null && owner.GetComponent(type) == null)
                Add(owner, type);
        }
    }
}
