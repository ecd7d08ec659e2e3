using System;
using System.Collections.Generic;
using System.Text;

namespace Dissonance.Networking
{
    /// <summary>Writes one packet, big-endian, into a buffer of the original's size.</summary>
    internal sealed class PacketWriter
    {
        private readonly byte[] _bytes;
        private int _length;

        private PacketWriter(int capacity, MessageType type)
        {
            _bytes = new byte[capacity];
            U16(Wire.Magic);
            U8((byte)type);
        }

        private PacketWriter(MessageType type, uint session) : this(Wire.BufferBytes, type)
        {
            U32(session);
        }

        internal static byte[] HandshakeRequest(CodecSettings codec, string name)
        {
            return new PacketWriter(Wire.BufferBytes, MessageType.HandshakeRequest).Codec(codec).Text(name).Done();
        }

        internal static byte[] HandshakeResponse(uint session, HandshakeResponse response)
        {
            var writer = new PacketWriter(MessageType.HandshakeResponse, session).U16(response.Id);
            writer.U16((ushort)response.Clients.Count);
            foreach (var client in response.Clients)
                writer.Client(client.Name, client.Id, client.Codec);
            writer.Texts(response.RoomNames);
            writer.U16((ushort)response.Channels.Count);
            foreach (var channel in response.Channels)
            {
                writer.U16(channel.Room).U8((byte)channel.Peers.Count);
                foreach (var peer in channel.Peers)
                    writer.U16((ushort)peer);
            }
            return writer.Done();
        }

        internal static byte[] ClientState(uint session, string name, ushort id, CodecSettings codec,
            ICollection<string> rooms)
        {
            return new PacketWriter(MessageType.ClientState, session).Client(name, id, codec).Texts(rooms).Done();
        }

        internal static byte[] Voice(uint session, VoiceData voice)
        {
            var writer = new PacketWriter(MessageType.VoiceData, session).U16(voice.Sender).U8(voice.Options)
                .U16(voice.Sequence).U16((ushort)voice.Channels.Count);
            foreach (var channel in voice.Channels)
                writer.U16(channel.Bits.Raw).U16(channel.Recipient);
            return writer.Bytes(new ArraySegment<byte>(voice.Frame)).Done();
        }

        internal static byte[] TextMessage(uint session, TextData text)
        {
            return new PacketWriter(MessageType.TextData, session).U8(text.RecipientType).U16(text.Sender)
                .U16(text.Recipient).Text(text.Text).Done();
        }

        internal static byte[] ErrorWrongSession(uint session)
        {
            return new PacketWriter(MessageType.ErrorWrongSession, session).Done();
        }

        /// <summary>As 9.0.0 does: the count is one byte, however many destinations follow.</summary>
        internal static byte[] Relay(uint session, bool reliable, ICollection<int> destinations,
            ArraySegment<byte> packet)
        {
            var type = reliable ? MessageType.ServerRelayReliable : MessageType.ServerRelayUnreliable;
            var writer = new PacketWriter(type, session).U8(unchecked((byte)destinations.Count));
            foreach (var destination in destinations)
                writer.U16((ushort)destination);
            return writer.Bytes(packet).Done();
        }

        internal static byte[] DeltaChannelState(uint session, bool joined, ushort id, string room)
        {
            return new PacketWriter(MessageType.DeltaChannelState, session).U8((byte)(joined ? 1 : 0)).U16(id)
                .Text(room).Done();
        }

        internal static byte[] RemoveClient(uint session, ushort id)
        {
            return new PacketWriter(MessageType.RemoveClient, session).U16(id).Done();
        }

        internal static byte[] HandshakeP2P(uint session, ushort id)
        {
            return new PacketWriter(MessageType.HandshakeP2P, session).U16(id).Done();
        }

        private PacketWriter U8(byte value)
        {
            Reserve(1);
            _bytes[_length++] = value;
            return this;
        }

        private PacketWriter U16(ushort value)
        {
            return U8((byte)(value >> 8)).U8((byte)value);
        }

        private PacketWriter U32(uint value)
        {
            return U16((ushort)(value >> 16)).U16((ushort)value);
        }

        private PacketWriter Text(string text)
        {
            if (text == null)
                return U16(0);
            var bytes = Encoding.UTF8.GetBytes(text);
            if (bytes.Length > ushort.MaxValue - 1)
                throw new StubPacketException("a text of " + bytes.Length + " bytes is too long");
            U16((ushort)(bytes.Length + 1));
            return Raw(new ArraySegment<byte>(bytes));
        }

        private PacketWriter Texts(ICollection<string> texts)
        {
            U16((ushort)texts.Count);
            foreach (var text in texts)
                Text(text);
            return this;
        }

        private PacketWriter Bytes(ArraySegment<byte> bytes)
        {
            return U16((ushort)bytes.Count).Raw(bytes);
        }

        private PacketWriter Raw(ArraySegment<byte> bytes)
        {
            Reserve(bytes.Count);
            Array.Copy(bytes.Array, bytes.Offset, _bytes, _length, bytes.Count);
            _length += bytes.Count;
            return this;
        }

        private PacketWriter Codec(CodecSettings codec)
        {
            return U8((byte)codec.Codec).U32(codec.FrameSize).U32((uint)codec.SampleRate);
        }

        private PacketWriter Client(string name, ushort id, CodecSettings codec)
        {
            return Text(name).U16(id).Codec(codec);
        }

        private void Reserve(int bytes)
        {
            if (_length + bytes > _bytes.Length)
                throw new StubPacketException("a packet is longer than " + _bytes.Length + " bytes");
        }

        private byte[] Done()
        {
            var packet = new byte[_length];
            Array.Copy(_bytes, packet, _length);
            return packet;
        }
    }
}
