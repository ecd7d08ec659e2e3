using System;

namespace Consonance.Links
{
    /// <summary>What a <see cref="SidecarLink"/> wants of the game's network.</summary>
    public interface ISidecarPlayers
    {
        /// <summary>Send a packet to a player; it is valid until the call returns.</summary>
        void SendToPlayer(ulong player, bool isReliable, ArraySegment<byte> packet);

        /// <summary>
        /// The session refuses a player: show it the reason. It has no voice until the game says that it left.
        /// </summary>
        void Kick(ulong player, string reason);
    }
}
