using FishNet;
using FishNet.Broadcast;
using FishNet.Connection;
using FishNet.Transporting;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>A client of Fish-Net asks for the session of voice.</summary>
    public struct FishNetSessionQuestion : IBroadcast
    {
    }

    /// <summary>The server's answer.</summary>
    public struct FishNetSessionAnswer : IBroadcast
    {
        /// <summary>The session.</summary>
        public string Name;
    }

    /// <summary>The server of a game on Fish-Net 4. Client and server both need the component.</summary>
    [AddComponentMenu("Consonance/Session Names/Fish-Net")]
    public sealed class FishNetSessionName : SharedSessionName
    {
        /// <inheritdoc/>
        protected override bool IsServer
        {
            get { return InstanceFinder.ServerManager != null && InstanceFinder.ServerManager.Started; }
        }

        /// <inheritdoc/>
        protected override bool IsClient
        {
            get
            {
                return InstanceFinder.ClientManager != null && InstanceFinder.ClientManager.Started
                    && InstanceFinder.ClientManager.Connection.IsAuthenticated;
            }
        }

        /// <inheritdoc/>
        protected override void ListenAsServer()
        {
            // A handler that is registered twice would answer twice.
            InstanceFinder.ServerManager.UnregisterBroadcast<FishNetSessionQuestion>(Answer);
            InstanceFinder.ServerManager.RegisterBroadcast<FishNetSessionQuestion>(Answer);
        }

        /// <inheritdoc/>
        protected override void ListenAsClient()
        {
            InstanceFinder.ClientManager.UnregisterBroadcast<FishNetSessionAnswer>(Hear);
            InstanceFinder.ClientManager.RegisterBroadcast<FishNetSessionAnswer>(Hear);
        }

        /// <inheritdoc/>
        protected override void Ask()
        {
            InstanceFinder.ClientManager.Broadcast(new FishNetSessionQuestion());
        }

        void Answer(NetworkConnection client, FishNetSessionQuestion question, Channel channel)
        {
            InstanceFinder.ServerManager.Broadcast(client, new FishNetSessionAnswer { Name = Shared });
        }

        void Hear(FishNetSessionAnswer answer, Channel channel)
        {
            Told(answer.Name);
        }
    }
}
