using System;
using Dissonance.Networking;

namespace Consonance.Unity
{
    /// <summary>
    /// The type that the original wants for a server. The server of <see cref="ConsonanceCommsNetwork"/> is another
    /// program, so this one is never made.
    /// </summary>
    public sealed class ConsonanceServer : BaseServer<ConsonanceServer, ConsonanceClient, ConsonancePeer>
    {
        const string Elsewhere = "the server of this network is another program";

        ConsonanceServer()
        {
        }

        /// <inheritdoc/>
        protected override void ReadMessages()
        {
            throw new NotSupportedException(Elsewhere);
        }

        /// <inheritdoc/>
        protected override void SendReliable(ConsonancePeer destination, ArraySegment<byte> packet)
        {
            throw new NotSupportedException(Elsewhere);
        }

        /// <inheritdoc/>
        protected override void SendUnreliable(ConsonancePeer destination, ArraySegment<byte> packet)
        {
            throw new NotSupportedException(Elsewhere);
        }
    }
}
