using Mirror;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>A client of Mirror asks for the session of voice.</summary>
    public struct MirrorSessionQuestion : NetworkMessage
    {
    }

    /// <summary>The server's answer.</summary>
    public struct MirrorSessionAnswer : NetworkMessage
    {
        /// <summary>The session.</summary>
        public string Name;
    }

    /// <summary>The server of a game on Mirror. Client and server both need the component.</summary>
    [AddComponentMenu("Consonance/Session Names/Mirror")]
    public sealed class MirrorSessionName : SharedSessionName
    {
        /// <inheritdoc/>
        protected override bool IsServer
        {
            get { return NetworkServer.active; }
        }

        /// <inheritdoc/>
        protected override bool IsClient
        {
            // A server disconnects a client that sends this before it has authenticated itself.
            get { return NetworkClient.isConnected && NetworkClient.connection.isAuthenticated; }
        }

        /// <inheritdoc/>
        protected override void ListenAsServer()
        {
            NetworkServer.ReplaceHandler<MirrorSessionQuestion>(Answer);
        }

        /// <inheritdoc/>
        protected override void ListenAsClient()
        {
            NetworkClient.ReplaceHandler<MirrorSessionAnswer>(Hear);
        }

        /// <inheritdoc/>
        protected override void Ask()
        {
            NetworkClient.Send(new MirrorSessionQuestion());
        }

        void Answer(NetworkConnectionToClient client, MirrorSessionQuestion question)
        {
            client.Send(new MirrorSessionAnswer { Name = Shared });
        }

        void Hear(MirrorSessionAnswer answer)
        {
            Told(answer.Name);
        }
    }
}
