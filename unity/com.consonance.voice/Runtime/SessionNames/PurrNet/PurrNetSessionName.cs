using PurrNet;
using PurrNet.Packing;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>A client of PurrNet asks for the session of voice.</summary>
    public struct PurrNetSessionQuestion : IPackedAuto
    {
    }

    /// <summary>The server's answer.</summary>
    public struct PurrNetSessionAnswer : IPackedAuto
    {
        /// <summary>The session.</summary>
        public string Name;
    }

    /// <summary>The server of a game on PurrNet. Client and server both need the component.</summary>
    [AddComponentMenu("Consonance/Session Names/PurrNet")]
    public sealed class PurrNetSessionName : SharedSessionName
    {
        static NetworkManager Manager
        {
            get { return NetworkManager.main; }
        }

        /// <inheritdoc/>
        protected override bool IsServer
        {
            get { return Manager != null && Manager.isServer; }
        }

        /// <inheritdoc/>
        protected override bool IsClient
        {
            get { return Manager != null && Manager.isClient; }
        }

        /// <inheritdoc/>
        protected override void ListenAsServer()
        {
            Manager.Subscribe<PurrNetSessionQuestion>(Answer, true);
        }

        /// <inheritdoc/>
        protected override void ListenAsClient()
        {
            Manager.Subscribe<PurrNetSessionAnswer>(Hear, false);
        }

        /// <inheritdoc/>
        protected override void Ask()
        {
            Manager.SendToServer(new PurrNetSessionQuestion());
        }

        void Answer(PlayerID client, PurrNetSessionQuestion question, bool asServer)
        {
            Manager.Send(client, new PurrNetSessionAnswer { Name = Shared });
        }

        void Hear(PlayerID server, PurrNetSessionAnswer answer, bool asServer)
        {
            Told(answer.Name);
        }
    }
}
