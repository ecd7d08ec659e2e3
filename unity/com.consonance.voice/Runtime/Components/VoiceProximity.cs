using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// Has the player hear those nearby, and be heard by them: the server decides by positions, in a room that its operator
    /// has set up for proximity.
    /// </summary>
    [AddComponentMenu("Consonance/Voice Proximity")]
    public sealed class VoiceProximity : VoiceBehaviour
    {
        [SerializeField, Tooltip("A room with proximity on the server: consonance serve --proximity world=25")]
        string room = "world";

        Room joined;
        Channel channel;

        /// <summary>The room's name. May change at any time.</summary>
        public string RoomName
        {
            get { return room; }
            set
            {
                if (room == value) return;
                Leave();
                room = value;
                if (Chat != null) Join();
            }
        }

        /// <summary>Whether the voice goes out to the room at this moment.</summary>
        public bool IsSpeaking
        {
            get { return channel != null && channel.IsOpen; }
        }

        protected override void OnChatStarted()
        {
            Chat.SetSharePosition(true);
            Join();
        }

        protected override void OnChatEnded()
        {
            Leave();
            if (!Chat.IsDisposed) Chat.SetSharePosition(false);
        }

        void Join()
        {
            joined = Chat.Room(room);
            joined.Listen();
            channel = joined.Speak(new ChannelSettings { Positional = true });
        }

        void Leave()
        {
            if (channel != null) channel.Dispose();
            channel = null;
            if (joined != null && Chat != null && !Chat.IsDisposed) joined.StopListening();
            joined = null;
        }
    }
}
