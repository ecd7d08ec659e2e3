using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>
    /// A voice chat: a player in a session. It joins by itself, comes back by itself after a lost connection, and talks on
    /// threads of its own; the game calls <see cref="Update"/> once per frame, which raises the events on its thread.
    /// Everything but the events may be called from any thread; lists and states are those of the last update.
    /// </summary>
    public sealed partial class VoiceChat : NativeObject
    {
        /// <summary>The number of the player of this chat.</summary>
        internal const uint LocalId = 1;

        readonly PlayerList players;
        readonly Dictionary<string, Room> rooms = new Dictionary<string, Room>(StringComparer.Ordinal);
        readonly PositionBatch positions = new PositionBatch();
        readonly PacketTaker taker = new PacketTaker(NativeMethods.consonance_packet_out);
        NativeStatus status = new NativeStatus { Size = (uint)Marshal.SizeOf(typeof(NativeStatus)) };
        VoiceSettings settings;
        bool isPushToTalk;

        VoiceChat(ulong handle) : base(handle)
        {
            players = new PlayerList(this);
            Updates = 1;
            settings = VoiceSettings.Of(handle);
            RefreshStatus();
        }

        /// <summary>Starts a chat, which joins its session by itself. Returns at once.</summary>
        public static VoiceChat Start(VoiceChatSettings settings)
        {
            if (settings == null) throw new ArgumentNullException("settings");
            return new VoiceChat(settings.Start());
        }

        /// <summary>
        /// Tells positions, and raises the events of what has happened; to be called once per frame. What an event's
        /// handler throws comes out here; further events follow at the next call.
        /// </summary>
        public void Update()
        {
            if (IsDisposed) return;
            // 0 means "never asked".
            Updates = Updates == uint.MaxValue ? 1 : Updates + 1;
            positions.Send(Handle);
            RefreshStatus();
            while (!IsDisposed && RaiseNext()) { }
        }

        /// <summary>Counts updates, so that a player's state is asked for once in each.</summary>
        internal uint Updates { get; private set; }

        void RefreshStatus()
        {
            ulong dropped = status.EventsDropped;
            Call.Check(NativeMethods.consonance_get_status(Handle, ref status));
            if (status.EventsDropped != dropped) players.Sync();
        }

        /// <summary>How far it is.</summary>
        public ConnectionState Connection
        {
            get { return IsDisposed ? ConnectionState.Ended : (ConnectionState)status.Connection; }
        }

        /// <summary>Whether the voice goes out over any channel.</summary>
        public bool IsTransmitting
        {
            get { return status.IsTransmitting != 0; }
        }

        /// <summary>Whether speech is detected.</summary>
        public bool IsVoiceDetected
        {
            get { return status.IsVoiceDetected != 0; }
        }

        /// <summary>How loud the microphone is: the mean absolute value of the last 10 ms, 0 to 1.</summary>
        public float Amplitude
        {
            get { return status.Amplitude; }
        }

        /// <summary>The share of others' frames that never arrived, 0 to 1; −1 while it is not known.</summary>
        public float PacketLoss
        {
            get { return status.PacketLoss; }
        }

        /// <summary>The player of the highest priority that speaks, or null.</summary>
        public Player TopPrioritySpeaker
        {
            get { return status.TopPrioritySpeaker == 0 ? null : players.Get(status.TopPrioritySpeaker, null); }
        }

        /// <summary>The player of this chat.</summary>
        public Player LocalPlayer
        {
            get { return players.Get(LocalId, null); }
        }

        /// <summary>The other players of the session.</summary>
        public IList<Player> Players
        {
            get { return players.Others; }
        }

        /// <summary>The player of this name, also the one of this chat; null where none is in the session.</summary>
        public Player FindPlayer(string name)
        {
            Player player = players.Find(name);
            return player != null && (player.IsLocal || player.IsConnected) ? player : null;
        }

        /// <summary>The room of this name, which need not have been used before.</summary>
        public Room Room(string name)
        {
            Room room;
            if (!rooms.TryGetValue(name, out room))
            {
                room = new Room(this, name);
                rooms.Add(name, room);
            }
            return room;
        }

        /// <summary>Whether nothing is sent.</summary>
        public bool IsMuted
        {
            get { return status.IsMuted != 0; }
            set
            {
                Call.Check(NativeMethods.consonance_set_muted(Handle, value ? 1u : 0));
                status.IsMuted = value ? 1u : 0;
            }
        }

        /// <summary>Whether all others are muted here.</summary>
        public bool IsDeafened
        {
            get { return status.IsDeafened != 0; }
            set
            {
                Call.Check(NativeMethods.consonance_set_deafened(Handle, value ? 1u : 0));
                status.IsDeafened = value ? 1u : 0;
            }
        }

        /// <summary>Whether the key for push to talk is pressed.</summary>
        public bool PushToTalk
        {
            get { return isPushToTalk; }
            set
            {
                if (isPushToTalk == value) return;
                Call.Check(NativeMethods.consonance_set_push_to_talk(Handle, value ? 1u : 0));
                isPushToTalk = value;
            }
        }

        /// <summary>The settings in force. Changes whatever differs from them.</summary>
        public VoiceSettings Settings
        {
            get { return settings; }
            set
            {
                Call.Check(NativeMethods.consonance_set_voice_settings(Handle, ref value));
                settings = value;
            }
        }

        /// <summary>The priority of channels without their own.</summary>
        public void SetPriority(Priority priority)
        {
            Call.Check(NativeMethods.consonance_set_priority(Handle, (int)priority));
        }

        /// <summary>Has the player hold a token, or not any more.</summary>
        public void SetToken(string token, bool isHeld)
        {
            Call.Check(NativeMethods.consonance_set_token(Handle, Utf8.Bytes(token), isHeld ? 1u : 0));
        }

        /// <summary>Uses another microphone from now on; null for what the system uses.</summary>
        public void SelectMicrophone(string name)
        {
            Call.Check(NativeMethods.consonance_select_device(Handle, 0, Utf8.Bytes(name)));
        }

        /// <summary>Uses another loudspeaker from now on; null for what the system uses.</summary>
        public void SelectLoudspeaker(string name)
        {
            Call.Check(NativeMethods.consonance_select_device(Handle, 1, Utf8.Bytes(name)));
        }

        /// <summary>Leaves the session. Updates go on to raise events until <see cref="Ended"/>.</summary>
        public void Stop()
        {
            Call.Check(NativeMethods.consonance_stop(Handle));
        }

        /// <summary>What it has counted.</summary>
        public ChatStatistics Statistics
        {
            get { return ChatStatistics.Of(Handle); }
        }

        /// <summary>
        /// Records all players, each into a WAV file of its own in this folder, which is made if it is not there.
        /// </summary>
        public Recording Record(string folder)
        {
            ulong recording;
            Call.Check(NativeMethods.consonance_record(Handle, Utf8.Bytes(folder), out recording));
            return new Recording(recording);
        }
    }
}
