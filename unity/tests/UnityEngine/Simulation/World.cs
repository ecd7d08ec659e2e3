using System;
using System.Collections.Generic;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>Everything that exists in the simulated player.</summary>
    internal static class World
    {
        internal static readonly List<GameObject> Objects = new List<GameObject>();

        /// <summary>By execution order, then by creation.</summary>
        internal static readonly List<MonoBehaviour> Behaviours = new List<MonoBehaviour>();

        private static readonly List<Doomed> ToDestroy = new List<Doomed>();

        /// <summary>Play mode. Outside of it, scripts get no messages.</summary>
        internal static bool Playing { get; set; }

        internal static bool QuitRequested { get; set; }

        /// <summary>The scene to load at the start of the next frame, or null.</summary>
        internal static string NextScene { get; set; }

        /// <summary>Above 0 while objects are put together: scripts wake up when all are there.</summary>
        internal static int Building { get; private set; }

        internal static void Reset()
        {
            Objects.Clear();
            Behaviours.Clear();
            ToDestroy.Clear();
            Playing = false;
            QuitRequested = false;
            NextScene = null;
            Building = 0;
        }

        /// <summary>Builds objects, then wakes up their scripts together.</summary>
        internal static void Build(Action build)
        {
            Building++;
            try
            {
                build();
            }
            finally
            {
                Building--;
            }
            if (Building == 0)
                Lifecycle.RefreshAll();
        }

        internal static void Insert(MonoBehaviour script)
        {
            var at = Behaviours.Count;
            while (at > 0 && Behaviours[at - 1].State.ExecutionOrder > script.State.ExecutionOrder)
                at--;
            Behaviours.Insert(at, script);
        }

        internal static void QueueDestroy(UnityEngine.Object doomed, double seconds)
        {
            ToDestroy.Add(new Doomed { Object = doomed, At = LoopClock.Scaled + seconds });
        }

        internal static void DestroyQueued()
        {
            for (var i = 0; i < ToDestroy.Count; i++)
            {
                if (ToDestroy[i].At > LoopClock.Scaled)
                    continue;
                var doomed = ToDestroy[i].Object;
                ToDestroy.RemoveAt(i--);
                if (doomed != null)
                    Lifecycle.Destroy(doomed);
            }
        }

        internal static UnityEngine.Object Find(Type type, bool inactiveToo)
        {
            MainThread.Require("FindObjectOfType");
            foreach (var gameObject in Objects)
                if (inactiveToo || gameObject.IsActive)
                {
                    if (type.IsInstanceOfType(gameObject))
                        return gameObject;
                    var component = gameObject.Components.Find(type.IsInstanceOfType);
                    if (!ReferenceEquals(component, null))
                        return component;
                }
            return null;
        }

        internal static void FindAll<T>(List<T> into, bool inactiveToo) where T : UnityEngine.Object
        {
            foreach (var gameObject in Objects)
                if (inactiveToo || gameObject.IsActive)
                {
                    var itself = (UnityEngine.Object)gameObject as T;
                    if (!ReferenceEquals(itself, null))
                        into.Add(itself);
                    foreach (var component in gameObject.Components)
                        if (component is T)
                            into.Add((T)(UnityEngine.Object)component);
                }
        }

        private struct Doomed
        {
            internal UnityEngine.Object Object;
            internal double At;
        }
    }
}
