using System;

namespace Consonance.Links
{
    /// <summary>How far a link is.</summary>
    public enum LinkState
    {
        /// <summary>Not opened yet.</summary>
        New,
        /// <summary>On its way to the server.</summary>
        Connecting,
        /// <summary>The server has admitted it: packets may be sent.</summary>
        Up,
        /// <summary>Over, or never made; a link is not opened a second time.</summary>
        Ended,
    }

    /// <summary>
    /// Carries packets of the protocol between a game and a server. To be called from one thread, which no call holds
    /// up.
    /// </summary>
    public interface IPacketLink
    {
        /// <summary>What carries the packets, in a few words, such as "WebSocket with TLS".</summary>
        string TransportName { get; }

        /// <summary>How far it is.</summary>
        LinkState State { get; }

        /// <summary>Once it has ended, why; until then, what there is to say about it. Never null.</summary>
        string Reason { get; }

        /// <summary>Begins to connect. The link comes up, or ends, while packets are taken.</summary>
        void Open();

        /// <summary>
        /// Takes the next packet, which is valid until the next call; false where none waits. To be called in every
        /// frame.
        /// </summary>
        bool TryReceive(out ArraySegment<byte> packet, out bool isReliable);

        /// <summary>
        /// Sends a copy of a packet; it is dropped while the link is not up. A reliable packet arrives in order, or the
        /// link ends; others may be lost.
        /// </summary>
        void Send(ArraySegment<byte> packet, bool isReliable);

        /// <summary>Ends it; what waits is still sent in the background.</summary>
        void Close();
    }
}
