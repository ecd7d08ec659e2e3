// The whole of it is deprecated.
#pragma warning disable 618
using System.Collections.Generic;
using UnityEngine;
using UnityEngine.Networking;
using UnityEngine.Networking.NetworkSystem;

namespace Consonance.Unity
{
    /// <summary>The server of a game on UNet's HLAPI. Client and server both need the component.</summary>
    [AddComponentMenu("Consonance/Session Names/UNet HLAPI")]
    public sealed class HlapiSessionName : SharedSessionName
    {
        [SerializeField]
        [Tooltip("The number of its messages, and the next one; no other messages of the game may have them.")]
        short messageType = 18480;

        /// <inheritdoc/>
        protected override bool IsServer
        {
            get { return NetworkServer.active; }
        }

        /// <inheritdoc/>
        protected override bool IsClient
        {
            get { return Client != null; }
        }

        /// <summary>The first client that is connected.</summary>
        static NetworkClient Client
        {
            get
            {
                List<NetworkClient> clients = NetworkClient.allClients;
                for (int index = 0; index < clients.Count; index++)
                {
                    if (clients[index].isConnected) return clients[index];
                }
                return null;
            }
        }

        /// <inheritdoc/>
        protected override void ListenAsServer()
        {
            NetworkServer.RegisterHandler(messageType, Answer);
        }

        /// <inheritdoc/>
        protected override void ListenAsClient()
        {
            Client.RegisterHandler((short)(messageType + 1), Hear);
        }

        /// <inheritdoc/>
        protected override void Ask()
        {
            Client.Send(messageType, new EmptyMessage());
        }

        void Answer(NetworkMessage question)
        {
            question.conn.Send((short)(messageType + 1), new StringMessage(Shared));
        }

        void Hear(NetworkMessage answer)
        {
            Told(answer.ReadMessage<StringMessage>().value);
        }
    }
}
