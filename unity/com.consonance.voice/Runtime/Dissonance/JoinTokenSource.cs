using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// Gives join tokens to a <see cref="ConsonanceCommsNetwork"/>, for a game that gets them from a service of its
    /// own: a component on the same object.
    /// </summary>
    public abstract class JoinTokenSource : MonoBehaviour
    {
        /// <summary>
        /// A token for a session, asked for before each attempt to join; null while there is none yet, for which the
        /// network waits. Has to return at once.
        /// </summary>
        /// <param name="session">The session's name; null for that of the address.</param>
        public abstract string TokenFor(string session);
    }
}
