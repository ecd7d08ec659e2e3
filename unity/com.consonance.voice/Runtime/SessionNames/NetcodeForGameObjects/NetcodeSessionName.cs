using Unity.Collections;
using Unity.Netcode;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>The server of a game on Netcode for GameObjects. Client and server both need the component.</summary>
    [AddComponentMenu("Consonance/Session Names/Netcode for GameObjects")]
    public sealed class NetcodeSessionName : SharedSessionName
    {
        const string Question = "Consonance.SessionNameQuestion";
        const string Answer = "Consonance.SessionNameAnswer";
        const int MessageBytesMax = 512;

        static NetworkManager Manager
        {
            get { return NetworkManager.Singleton; }
        }

        /// <inheritdoc/>
        protected override bool IsServer
        {
            get { return Manager != null && Manager.IsServer && Manager.IsListening; }
        }

        /// <inheritdoc/>
        protected override bool IsClient
        {
            get { return Manager != null && Manager.IsConnectedClient; }
        }

        /// <inheritdoc/>
        protected override void ListenAsServer()
        {
            Manager.CustomMessagingManager.RegisterNamedMessageHandler(Question, TakeQuestion);
        }

        /// <inheritdoc/>
        protected override void ListenAsClient()
        {
            Manager.CustomMessagingManager.RegisterNamedMessageHandler(Answer, TakeAnswer);
        }

        /// <inheritdoc/>
        protected override void Ask()
        {
            Send(Question, NetworkManager.ServerClientId, "");
        }

        void TakeQuestion(ulong client, FastBufferReader reader)
        {
            Send(Answer, client, Shared);
        }

        void TakeAnswer(ulong server, FastBufferReader reader)
        {
            string name;
            reader.ReadValueSafe(out name);
            Told(name);
        }

        static void Send(string message, ulong client, string text)
        {
            using (FastBufferWriter writer = new FastBufferWriter(64, Allocator.Temp, MessageBytesMax))
            {
                writer.WriteValueSafe(text);
                Manager.CustomMessagingManager.SendNamedMessage(message, client, writer);
            }
        }
    }
}
