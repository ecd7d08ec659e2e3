using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>What the open scenes have.</summary>
    internal static class InScene
    {
        /// <summary>The first one, or null. Looks through all scenes: not for each drawing.</summary>
        internal static T Find<T>() where T : Object
        {
#if UNITY_2023_1_OR_NEWER
            return Object.FindFirstObjectByType<T>();
#else
            return Object.FindObjectOfType<T>();
#endif
        }

        internal static bool Has<T>() where T : Object
        {
            return Find<T>() != null;
        }

        /// <summary>Tells where a component finds no chat.</summary>
        internal static void HintAtVoice(Hints hints, VoiceBehaviour behaviour)
        {
            if (behaviour.Voice != null || Has<ConsonanceVoice>()) return;
            hints.Warning(
                "No Consonance Voice in the open scenes. Add one (GameObject, Consonance, Voice Chat), unless an "
                + "earlier scene brings it.");
        }

        /// <summary>Tells where keys are not read.</summary>
        internal static void HintAtKeys(Hints hints)
        {
#if ENABLE_INPUT_SYSTEM && !ENABLE_LEGACY_INPUT_MANAGER
            hints.Warning(
                "This project has the Input System alone, so the key is not read. Set IsPressed from an action.");
#endif
        }
    }
}
