using System.Collections.Generic;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// Listens to a room and speaks in it while the player of this machine is inside of a trigger collider, presses a key,
    /// or always.
    /// </summary>
    [AddComponentMenu("Consonance/Voice Room Trigger")]
    public sealed class VoiceRoomTrigger : VoiceBehaviour
    {
        [SerializeField, Tooltip("The room's name.")]
        string room = "lobby";
        [SerializeField, Tooltip("Listens to the room.")]
        bool listens = true;
        [SerializeField, Tooltip("Speaks in the room.")]
        bool speaks = true;
        [SerializeField, Tooltip("Only while the local VoicePlayer, or the AudioListener, is inside of this object's trigger collider.")]
        bool onlyInside = false;
        [SerializeField, Tooltip("Speaks only while this key is pressed. None for always.")]
        KeyCode key = KeyCode.None;
        [SerializeField, Tooltip("The voice comes from the speaker's avatar.")]
        bool positional = true;
        [SerializeField, Tooltip("While a player of a higher priority speaks, players of a lower one are not heard.")]
        Priority priority = Priority.Default;
        [SerializeField, Range(0, 2), Tooltip("Loudness.")]
        float volume = 1;
        [SerializeField, Range(0, 5), Tooltip("How long it takes to fade in and out, in seconds.")]
        float fadeSeconds = 0.1f;

        readonly List<Collider> inside = new List<Collider>();
        Room joined;
        Channel channel;
        bool isPressed;

        /// <summary>The room's name. May change at any time.</summary>
        public string RoomName
        {
            get { return room; }
            set
            {
                if (room == value) return;
                Leave();
                room = value;
            }
        }

        /// <summary>Whether it listens to the room while it may.</summary>
        public bool Listens
        {
            get { return listens; }
            set { listens = value; }
        }

        /// <summary>Whether it speaks in the room while it may.</summary>
        public bool Speaks
        {
            get { return speaks; }
            set { speaks = value; }
        }

        /// <summary>Whether the player must be inside of the trigger collider.</summary>
        public bool OnlyInside
        {
            get { return onlyInside; }
            set { onlyInside = value; }
        }

        /// <summary>The key to speak with.</summary>
        public KeyCode Key
        {
            get { return key; }
            set { key = value; }
        }

        /// <summary>Whether the voice comes from the speaker's avatar; takes effect with the next opening.</summary>
        public bool Positional
        {
            get { return positional; }
            set { positional = value; }
        }

        /// <summary>Speaks as if the key were pressed, for games with an input system of their own.</summary>
        public bool IsPressed
        {
            get { return isPressed; }
            set { isPressed = value; }
        }

        /// <summary>Whether the player is inside of the trigger collider.</summary>
        public bool IsInside
        {
            get { return inside.Count > 0; }
        }

        /// <summary>Whether it listens to the room at this moment.</summary>
        public bool IsListening
        {
            get { return joined != null; }
        }

        /// <summary>Whether the voice goes out to the room at this moment.</summary>
        public bool IsSpeaking
        {
            get { return channel != null && channel.IsOpen; }
        }

        protected override void OnChatStarted()
        {
        }

        protected override void OnChatEnded()
        {
            Leave();
        }

        protected override void OnFrame()
        {
            ForgetDestroyed();
            bool may = !onlyInside || IsInside;
            Listen(may && listens);
            Speak(may && speaks && MayByKey());
        }

        bool MayByKey()
        {
            return key == KeyCode.None || isPressed || Keys.IsPressed(key);
        }

        void Listen(bool wanted)
        {
            if (wanted == (joined != null)) return;
            if (wanted)
            {
                joined = Chat.Room(room);
                joined.Listen();
                return;
            }
            Room left = joined;
            joined = null;
            if (!Chat.IsDisposed) left.StopListening();
        }

        void Speak(bool wanted)
        {
            if (wanted == (channel != null)) return;
            if (wanted)
            {
                channel = Chat.Room(room).Speak(new ChannelSettings
                {
                    Positional = positional,
                    Priority = priority == Priority.Default ? (Priority?)null : priority,
                    Amplitude = volume,
                    FadeInSeconds = fadeSeconds,
                    FadeOutSeconds = fadeSeconds,
                });
                return;
            }
            channel.Dispose();
            channel = null;
        }

        void Leave()
        {
            if (Chat == null) return;
            Listen(false);
            Speak(false);
        }

        void OnTriggerEnter(Collider other)
        {
            if (IsLocalPlayer(other) && !inside.Contains(other)) inside.Add(other);
        }

        void OnTriggerExit(Collider other)
        {
            inside.Remove(other);
        }

        /// <summary>Of what is destroyed or disabled inside, Unity does not tell that it leaves.</summary>
        void ForgetDestroyed()
        {
            for (int row = inside.Count - 1; row >= 0; row--)
            {
                if (inside[row] == null || !inside[row].gameObject.activeInHierarchy) inside.RemoveAt(row);
            }
        }

        static bool IsLocalPlayer(Collider other)
        {
            VoicePlayer player = other.GetComponentInParent<VoicePlayer>();
            if (player != null) return player.IsLocal;
            return other.GetComponentInParent<AudioListener>() != null
                || other.GetComponentInChildren<AudioListener>() != null;
        }
    }
}
