using System;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>What a host is started with.</summary>
    public sealed class VoiceHostSettings
    {
        /// <summary>The name of the session; <c>main</c> if it is null.</summary>
        public string Session { get; set; }

        /// <summary>
        /// The IP address and UDP port to listen on, such as <c>0.0.0.0:7777</c>; port 0 picks a free port. Null for the
        /// game's own connections alone.
        /// </summary>
        public string Listen { get; set; }

        /// <summary>The host name or address by which players reach it; the address to listen on if it is null.</summary>
        public string PublicHost { get; set; }

        /// <summary>The password that players need; null for none.</summary>
        public string Password { get; set; }

        /// <summary>Players at most; 0 for as many as a session can have.</summary>
        public int PlayersMax { get; set; }

        /// <summary>
        /// The longest reliable packet of the game's own connections, in bytes, from 256; 0 where they carry no voice.
        /// </summary>
        public int ReliableBytes { get; set; }

        /// <summary>The longest unreliable packet of the game's own connections, in bytes.</summary>
        public int UnreliableBytes { get; set; }

        /// <summary>Whether the session is encrypted from end to end; not, by default.</summary>
        public SessionEncryption Encryption { get; set; }
    }

    /// <summary>
    /// A server of one session in the game's own process. Its players come over QUIC, over the game's own connections, or
    /// both. Disposing it ends the session of all its players.
    /// </summary>
    public sealed class VoiceHost : NativeObject
    {
        readonly PacketTaker taker = new PacketTaker(NativeMethods.consonance_host_packet_out);

        VoiceHost(ulong handle) : base(handle)
        {
        }

        /// <summary>Starts a host.</summary>
        public static VoiceHost Start(VoiceHostSettings settings)
        {
            VoiceLibrary.Require();
            using (NativeMemory memory = new NativeMemory())
            {
                NativeHostSettings native = new NativeHostSettings
                {
                    Size = (uint)Marshal.SizeOf(typeof(NativeHostSettings)),
                    PlayersMax = (uint)settings.PlayersMax,
                    Session = memory.Text(settings.Session),
                    Listen = memory.Text(settings.Listen),
                    PublicHost = memory.Text(settings.PublicHost),
                    Password = memory.Text(settings.Password),
                    ReliableBytes = (uint)settings.ReliableBytes,
                    UnreliableBytes = (uint)settings.UnreliableBytes,
                    Encryption = (int)settings.Encryption,
                };
                ulong host;
                Call.Check(NativeMethods.consonance_host_start(ref native, out host));
                return new VoiceHost(host);
            }
        }

        /// <summary>The address at which players join; empty where there are only the game's own connections.</summary>
        public string Address
        {
            get
            {
                ulong host = Handle;
                return Call.Text(
                    (byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                        NativeMethods.consonance_get_host_address(host, buffer, capacity, out length));
            }
        }

        /// <summary>A player of the game's own connections is there, by a number of the game's choice.</summary>
        public void PeerJoined(ulong peer)
        {
            Call.Check(NativeMethods.consonance_host_peer(Handle, peer, 1));
        }

        /// <summary>A player of the game's own connections is gone.</summary>
        public void PeerLeft(ulong peer)
        {
            Call.Check(NativeMethods.consonance_host_peer(Handle, peer, 0));
        }

        /// <summary>Takes a packet that a player of the game's own connections has sent.</summary>
        public void Receive(ulong peer, ArraySegment<byte> packet, bool isReliable)
        {
            if (packet.Count == 0) return;
            Call.Check(NativeMethods.consonance_host_packet_in(
                Handle, peer, isReliable ? 1u : 0, ref packet.Array[packet.Offset], (UIntPtr)(uint)packet.Count));
        }

        /// <summary>
        /// The next thing to do on the game's own connections; false where there is none. To be called in every frame
        /// until it is false.
        /// </summary>
        public bool TryTakePacket(out VoicePacket packet)
        {
            return taker.TryTake(Handle, out packet);
        }
    }
}
