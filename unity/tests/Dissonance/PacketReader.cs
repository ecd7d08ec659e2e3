using System;
using System.Collections.Generic;
using System.Text;

namespace Dissonance.Networking
{
    /// <summary>Reads one packet; every read throws a StubPacketException behind the end.</summary>
    internal sealed class PacketReader
    {
        private readonly ArraySegment<byte> _packet;
        private int _position;

        internal PacketReader(ArraySegment<byte> packet)
        {
            _packet = packet;
        }

        /// <summary>Bytes read so far.</summary>
        internal int Consumed
        {
            get { return _position; }
        }

        /// <summary>False when the packet is none of ours.</summary>
        internal bool Magic()
        {
            return U16() == Wire.Magic;
        }

        internal MessageType Type()
        {
            return (MessageType)U8();
        }

        internal uint Session()
        {
            return U32();
        }

        internal WireClient HandshakeRequest()
        {
            var codec = Codec();
            return new WireClient { Codec = codec, Name = Text() };
        }

        internal HandshakeResponse HandshakeResponse()
        {
            var response = new HandshakeResponse { Id = U16() };
            for (var left = U16(); left > 0; left--)
                response.Clients.Add(Client());
            for (var left = U16(); left > 0; left--)
                response.RoomNames.Add(Text());
            for (var left = U16(); left > 0; left--)
            {
                var channel = new RoomPeers { Room = U16() };
                channel.Peers = Ids(U8());
                response.Channels.Add(channel);
            }
            return response;
        }

        internal ClientState ClientState()
        {
            var state = new ClientState { Client = Client(), Rooms = new List<string>() };
            if (state.Client.Name == null)
                throw new StubPacketException("a client has no name");
            for (var left = U16(); left > 0; left--)
                state.Rooms.Add(Text());
            return state;
        }

        /// <summary>
        /// The whole packet. With a test for known speakers it stops early, as the original's client does: null for
        /// an unknown speaker, and no frame when there is no channel.
        /// </summary>
        internal VoiceData Voice(Predicate<int> isKnown = null)
        {
            var voice = new VoiceData { Sender = U16() };
            if (isKnown != null && !isKnown(voice.Sender))
                return null;
            voice.Options = U8();
            voice.Sequence = U16();
            for (var left = U16(); left > 0; left--)
            {
                var bits = new ChannelBits(U16());
                voice.Channels.Add(new WireChannel { Bits = bits, Recipient = U16() });
            }
            if (isKnown != null && voice.Channels.Count == 0)
                return voice;
            var frame = Bytes();
            voice.Frame = new byte[frame.Count];
            Array.Copy(frame.Array, frame.Offset, voice.Frame, 0, frame.Count);
            return voice;
        }

        internal TextData TextMessage()
        {
            var type = U8();
            if (type > 1)
                throw new StubPacketException("unknown recipient type " + type);
            var sender = U16();
            var recipient = U16();
            return new TextData { RecipientType = type, Sender = sender, Recipient = recipient, Text = Text() };
        }

        internal ArraySegment<byte> Relay(List<int> destinations)
        {
            destinations.AddRange(Ids(U8()));
            return Bytes();
        }

        internal void DeltaChannelState(out bool joined, out ushort id, out string room)
        {
            joined = U8() != 0;
            id = U16();
            room = Text();
            if (room == null)
                throw new StubPacketException("a room that changes has no name");
        }

        internal ushort Id()
        {
            return U16();
        }

        internal string Text()
        {
            var prefix = U16();
            if (prefix == 0)
                return null;
            var bytes = Take(prefix - 1);
            return Encoding.UTF8.GetString(bytes.Array, bytes.Offset, bytes.Count);
        }

        private byte U8()
        {
            var one = Take(1);
            return one.Array[one.Offset];
        }

        private ushort U16()
        {
            var high = U8();
            return (ushort)(high << 8 | U8());
        }

        private uint U32()
        {
            var high = U16();
            return (uint)high << 16 | U16();
        }

        private CodecSettings Codec()
        {
            var codec = (Audio.Codecs.Codec)U8();
            var frameSize = U32();
            return new CodecSettings(codec, frameSize, (int)U32());
        }

        private WireClient Client()
        {
            var name = Text();
            var id = U16();
            return new WireClient { Name = name, Id = id, Codec = Codec() };
        }

        private List<int> Ids(int count)
        {
            var ids = new List<int>();
            for (; count > 0; count--)
                ids.Add(U16());
            return ids;
        }

        private ArraySegment<byte> Bytes()
        {
            return Take(U16());
        }

        private ArraySegment<byte> Take(int bytes)
        {
            if (_position + bytes > _packet.Count)
                throw new StubPacketException("a packet of " + _packet.Count + " bytes ends too early");
            var taken = new ArraySegment<byte>(_packet.Array, _packet.Offset + _position, bytes);
            _position += bytes;
            return taken;
        }
    }

    /// <summary>
    /// The one buffer that all packets of a side leave in. It starts at an odd offset, and is overwritten after each
    /// call: a network that keeps the segment, or that ignores its offset, sends garbage.
    /// </summary>
    internal sealed class SendBuffer
    {
        private const int Offset = 5;
        private readonly byte[] _bytes = new byte[Offset + Wire.BufferBytes];

        internal void Lend(ArraySegment<byte> packet, Action<ArraySegment<byte>> send)
        {
            Array.Copy(packet.Array, packet.Offset, _bytes, Offset, packet.Count);
            send(new ArraySegment<byte>(_bytes, Offset, packet.Count));
            for (var i = 0; i < _bytes.Length; i++)
                _bytes[i] = 0xDD;
        }
    }
}
