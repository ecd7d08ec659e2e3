using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>Keys, where the project has Unity's older input.</summary>
    internal static class Keys
    {
        /// <summary>
        /// Never where the project has the newer Input System alone: there, the game sets <c>IsPressed</c> itself.
        /// </summary>
        internal static bool IsPressed(KeyCode key)
        {
#if ENABLE_INPUT_SYSTEM && !ENABLE_LEGACY_INPUT_MANAGER
            return false;
#else
            return Input.GetKey(key);
#endif
        }
    }
}
