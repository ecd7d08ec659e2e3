using System.Globalization;
using Steamworks;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// The Steam lobby that was entered last, by Steamworks.NET. Steam does not report that the player itself leaves:
    /// the game calls <see cref="Leave"/>, or sets <see cref="Lobby"/> itself.
    /// </summary>
    [AddComponentMenu("Consonance/Session Names/Steam Lobby")]
    public sealed class SteamLobbySessionName : SessionName
    {
        Callback<LobbyEnter_t> entered;
        ulong lobby;
        string text;

        /// <summary>The lobby's number; 0 for none.</summary>
        public ulong Lobby
        {
            get { return lobby; }
            set
            {
                lobby = value;
                text = value == 0 ? null : value.ToString(CultureInfo.InvariantCulture);
            }
        }

        /// <inheritdoc/>
        public override string Value
        {
            get { return Named(text, null); }
        }

        /// <summary>The player leaves the lobby.</summary>
        public void Leave()
        {
            Lobby = 0;
        }

        /// <inheritdoc/>
        protected override void OnEnable()
        {
            base.OnEnable();
            entered = Callback<LobbyEnter_t>.Create(Enter);
        }

        /// <inheritdoc/>
        protected override void OnDisable()
        {
            base.OnDisable();
            entered.Dispose();
        }

        void Enter(LobbyEnter_t lobbyEntered)
        {
            bool isIn = lobbyEntered.m_EChatRoomEnterResponse
                == (uint)EChatRoomEnterResponse.k_EChatRoomEnterResponseSuccess;
            if (isIn) Lobby = lobbyEntered.m_ulSteamIDLobby;
        }
    }
}
