using System;

namespace Consonance.Unity
{
    /// <summary>The server, which is the only peer.</summary>
    public struct ConsonancePeer : IEquatable<ConsonancePeer>
    {
        /// <summary>There is but one.</summary>
        public bool Equals(ConsonancePeer other)
        {
            return true;
        }

        /// <inheritdoc/>
        public override bool Equals(object other)
        {
            return other is ConsonancePeer;
        }

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            return 0;
        }
    }
}
