using System;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// For networks whose servers have no name that players know: the game's server makes one up, and its clients ask
    /// for it over the game's network.
    /// </summary>
    public abstract class SharedSessionName : SessionName
    {
        const float AskSeconds = 1;

        string shared;
        bool wasServer;
        bool isAsking;
        float askAt;

        /// <inheritdoc/>
        public override string Value
        {
            get { return Named(shared, null); }
        }

        /// <summary>Whether the game's server, or host, runs here.</summary>
        protected abstract bool IsServer { get; }

        /// <summary>Whether a client of the game is connected, and may send.</summary>
        protected abstract bool IsClient { get; }

        /// <summary>The name that the server made up.</summary>
        protected string Shared
        {
            get { return shared; }
        }

        /// <summary>A name that no other server has; a game overrides it if it has one.</summary>
        protected virtual string NewName()
        {
            return Guid.NewGuid().ToString("N");
        }

        /// <summary>Takes questions from now on, and answers them with <see cref="Shared"/>.</summary>
        protected abstract void ListenAsServer();

        /// <summary>Takes answers from now on, and passes them to <see cref="Told"/>.</summary>
        protected abstract void ListenAsClient();

        /// <summary>Asks the server.</summary>
        protected abstract void Ask();

        /// <summary>The server has told its name.</summary>
        protected void Told(string name)
        {
            if (!IsServer && IsClient) shared = name;
        }

        /// <inheritdoc/>
        protected override void OnDisable()
        {
            base.OnDisable();
            shared = null;
            wasServer = isAsking = false;
        }

        /// <summary>Follows the game's network.</summary>
        protected virtual void Update()
        {
            Follow();
        }

        internal void Follow()
        {
            bool isServer = IsServer;
            if (isServer != wasServer)
            {
                wasServer = isServer;
                shared = isServer ? NewName() : null;
                if (isServer) ListenAsServer();
            }
            if (!isServer) UpdateClient();
        }

        void UpdateClient()
        {
            if (!IsClient)
            {
                shared = null;
                isAsking = false;
                return;
            }
            if (shared != null || isAsking && Time.realtimeSinceStartup < askAt) return;
            if (!isAsking) ListenAsClient();
            isAsking = true;
            askAt = Time.realtimeSinceStartup + AskSeconds;
            Ask();
        }
    }
}
