using System.Collections.Generic;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>Finds colliders that meet a trigger and sends the messages. No rigid body is required.</summary>
    internal static class Triggers
    {
        private static readonly Dictionary<long, Pair> Touching = new Dictionary<long, Pair>();

        internal static void Reset()
        {
            Touching.Clear();
        }

        internal static void Step()
        {
            var colliders = new List<Collider>();
            World.FindAll(colliders, false);
            var now = new Dictionary<long, Pair>();
            for (var i = 0; i < colliders.Count; i++)
                for (var j = i + 1; j < colliders.Count; j++)
                    if (Touch(colliders[i], colliders[j]))
                        now[Key(colliders[i], colliders[j])] = new Pair { A = colliders[i], B = colliders[j] };
            var before = new Dictionary<long, Pair>(Touching);
            Touching.Clear();
            foreach (var each in now)
                Touching[each.Key] = each.Value;
            foreach (var each in before)
                if (!now.ContainsKey(each.Key) && IsThere(each.Value.A) && IsThere(each.Value.B))
                    Send(each.Value, Kind.Exit);
            foreach (var each in now)
                Send(each.Value, before.ContainsKey(each.Key) ? Kind.Stay : Kind.Enter);
        }

        private static bool Touch(Collider a, Collider b)
        {
            return (a.isTrigger || b.isTrigger) && a.enabled && b.enabled && a.Owner != b.Owner &&
                a.bounds.Intersects(b.bounds);
        }

        /// <summary>What is destroyed or switched off leaves without a message.</summary>
        private static bool IsThere(Collider collider)
        {
            return collider != null && collider.enabled && collider.Owner.IsActive;
        }

        private static void Send(Pair pair, Kind kind)
        {
            Send(pair.A, pair.B, kind);
            Send(pair.B, pair.A, kind);
        }

        private static void Send(Collider to, Collider other, Kind kind)
        {
            if (to == null || other == null)
                return;
            foreach (var component in to.Owner.Components.ToArray())
            {
                var script = component as MonoBehaviour;
                if (script == null || !script.State.Awoken)
                    continue;
                var message = kind == Kind.Enter ? script.State.OnTriggerEnter
                    : kind == Kind.Stay ? script.State.OnTriggerStay
                    : script.State.OnTriggerExit;
                Messages.Call(message, other, script);
            }
        }

        private static long Key(Collider a, Collider b)
        {
            return ((long)a.GetInstanceID() << 32) ^ (uint)b.GetInstanceID();
        }

        private enum Kind
        {
            Enter,
            Stay,
            Exit
        }

        private struct Pair
        {
            internal Collider A;
            internal Collider B;
        }
    }
}
