using System.Collections.Generic;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>What a chat is started with.</summary>
    public sealed class VoiceChatSettings
    {
        /// <summary>The packets of most games' networks have this size at least, in bytes.</summary>
        public const int UsualPacketBytes = 1024;

        readonly List<string> listenRooms = new List<string>();
        readonly List<string> speakRooms = new List<string>();

        /// <summary>Settings with everything at its default; the address is still needed.</summary>
        public VoiceChatSettings()
        {
            Sound = Sound.Devices;
            ReliableBytes = UnreliableBytes = UsualPacketBytes;
        }

        /// <summary>Settings for this address.</summary>
        public VoiceChatSettings(string address) : this()
        {
            Address = address;
        }

        /// <summary>
        /// The session's address as the server prints it, such as <c>quic://127.0.0.1:7777/main#sha256=…</c>, or
        /// <c>offline:</c>.
        /// </summary>
        public string Address { get; set; }

        /// <summary>The player's name, 1 to 128 bytes of UTF-8; a random one if it is null.</summary>
        public string Name { get; set; }

        /// <summary>What to show to a server that restricts joining, or null.</summary>
        public string JoinToken { get; set; }

        /// <summary>The session's password, or null.</summary>
        public string Password { get; set; }

        /// <summary>Rooms to listen to from the beginning.</summary>
        public IList<string> ListenRooms
        {
            get { return listenRooms; }
        }

        /// <summary>Rooms to speak in from the beginning.</summary>
        public IList<string> SpeakRooms
        {
            get { return speakRooms; }
        }

        /// <summary>Where sound comes from and goes to; devices by default.</summary>
        public Sound Sound { get; set; }

        /// <summary>The microphone's name; null for what the system uses.</summary>
        public string Microphone { get; set; }

        /// <summary>The loudspeaker's name; null for what the system uses.</summary>
        public string Loudspeaker { get; set; }

        /// <summary>How the voice is processed and sent; null for the defaults.</summary>
        public VoiceSettings? Voice { get; set; }

        /// <summary>
        /// Whether the chat is encrypted from end to end, and with which key; null for encryption where the session offers
        /// it, with a key made for this chat.
        /// </summary>
        public EncryptionSettings Encryption { get; set; }

        /// <summary>How long to try to connect again after the connection was lost, in ms; 0 for without end.</summary>
        public int ReconnectTimeoutMs { get; set; }

        /// <summary>Whether to try again when the first attempt fails, for a server that may come up later.</summary>
        public bool RetryFirstConnect { get; set; }

        /// <summary>Whether the server is told where the listener is, for its proximity rooms.</summary>
        public bool SharePosition { get; set; }

        /// <summary>
        /// Whether the game's own connection carries the packets: see <see cref="VoiceChat.TryTakePacket"/>. Needs no
        /// address.
        /// </summary>
        public bool IsHosted { get; set; }

        /// <summary>The longest reliable packet of the game's own connection, in bytes, from 256.</summary>
        public int ReliableBytes { get; set; }

        /// <summary>The longest unreliable packet of the game's own connection, in bytes, from 256.</summary>
        public int UnreliableBytes { get; set; }

        internal ulong Start()
        {
            VoiceLibrary.Require();
            NativeSettings settings = new NativeSettings { Size = (uint)Marshal.SizeOf(typeof(NativeSettings)) };
            Call.Check(NativeMethods.consonance_settings_init(ref settings));
            using (NativeMemory memory = new NativeMemory())
            {
                settings.Address = memory.Text(Address);
                settings.Name = memory.Text(Name);
                settings.JoinToken = memory.Text(JoinToken);
                settings.Password = memory.Text(Password);
                settings.ListenRooms = memory.Texts(listenRooms, out settings.ListenRoomCount);
                settings.SpeakRooms = memory.Texts(speakRooms, out settings.SpeakRoomCount);
                settings.Microphone = memory.Text(Microphone);
                settings.Loudspeaker = memory.Text(Loudspeaker);
                if (Voice.HasValue) settings.Voice = memory.Struct(Voice.Value);
                settings.Sound = (int)Sound;
                settings.ReconnectTimeoutMs = (uint)ReconnectTimeoutMs;
                settings.RetryFirstConnect = RetryFirstConnect ? 1u : 0;
                settings.SharePosition = SharePosition ? 1u : 0;
                settings.Network = IsHosted ? 1 : 0;
                settings.ReliableBytes = (uint)ReliableBytes;
                settings.UnreliableBytes = (uint)UnreliableBytes;
                if (Encryption != null) settings.Encryption = Encryption.Native(memory);
                ulong chat;
                Call.Check(NativeMethods.consonance_start(ref settings, out chat));
                return chat;
            }
        }
    }
}
