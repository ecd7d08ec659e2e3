using System;
using System.Collections.Generic;
using Dissonance;
using Dissonance.Audio.Codecs;
using Dissonance.Networking;

namespace StubTests
{
    /// <summary>Bytes and numbers of the wire against the golden vectors.</summary>
    internal static class WireTests
    {
        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("golden_vectors_room_ids", RoomIds));
            tests.Add(new Test("golden_vectors_packets_are_written_as_the_original_does", WritePackets));
            tests.Add(new Test("golden_vectors_packets_are_read_as_they_were_written", ReadPackets));
            tests.Add(new Test("golden_vectors_channel_bits_are_read", DecodeBits));
            tests.Add(new Test("golden_vectors_amplitudes_are_rounded_to_bytes", EncodeAmplitudes));
            tests.Add(new Test("golden_vectors_wrapped_deltas", WrappedDeltas));
            tests.Add(new Test("golden_vectors_voice_options", VoiceOptions));
            tests.Add(new Test("golden_vectors_ids_are_given_out_in_order", Ids));
            tests.Add(new Test("golden_vectors_what_is_too_long_throws", Limits));
        }

        private static void RoomIds()
        {
            foreach (var each in Vectors.Load("room_ids"))
            {
                var name = Json.FromUtf16(each["utf16"].Bytes);
                Check.Equal((long)each["fnv"].Number, Wire.Fnv(name), "hash of " + name);
                Check.Equal(each["id"].Int, Wire.RoomId(name), "id of " + name);
            }
        }

        private static void WritePackets()
        {
            foreach (var each in Vectors.Load("packets"))
                Check.Equal(each["hex"].Text, Json.Hex(Write(each)), each["type"].Text);
        }

        private static void ReadPackets()
        {
            // The count of more destinations wraps: nothing can read such a relay.
            foreach (var each in Vectors.Load("packets").FindAll(each => each["dests"].List.Count <= 255))
                Check.Equal(each["hex"].Text, Json.Hex(Rewrite(each["hex"].Bytes)), each["type"].Text);
        }

        private static byte[] Write(Json packet)
        {
            var session = packet["session"].IsNull ? 0 : packet["session"].UInt;
            var id = packet["id"].IsNull ? (ushort)0 : (ushort)packet["id"].Int;
            switch (packet["type"].Text)
            {
                case "handshake_request":
                    return PacketWriter.HandshakeRequest(EventLog.CodecOf(packet["codec"]), packet["name"].Text);
                case "handshake_response":
                    return PacketWriter.HandshakeResponse(session, Response(packet, id));
                case "handshake_p2p":
                    return PacketWriter.HandshakeP2P(session, id);
                case "error_wrong_session":
                    return PacketWriter.ErrorWrongSession(session);
                case "remove_client":
                    return PacketWriter.RemoveClient(session, id);
                case "client_state":
                    return PacketWriter.ClientState(session, packet["name"].Text, id,
                        EventLog.CodecOf(packet["codec"]), packet["rooms"].List.ConvertAll(EventLog.Text));
                case "delta_channel_state":
                    return PacketWriter.DeltaChannelState(session, packet["joined"].Bool, id, packet["room"].Text);
                case "text_data":
                    return PacketWriter.TextMessage(session, new TextData
                    {
                        RecipientType = (byte)(packet["recipient_type"].Text == "Room" ? 0 : 1),
                        Sender = (ushort)packet["sender"].Int,
                        Recipient = (ushort)packet["recipient"].Int,
                        Text = packet["text"].Text
                    });
                case "voice_data":
                    return PacketWriter.Voice(session, Voice(packet));
                case "relay":
                    return PacketWriter.Relay(session, packet["reliable"].Bool,
                        packet["dests"].List.ConvertAll(each => each.Int),
                        new ArraySegment<byte>(packet["data"].Bytes));
                default:
                    throw new CheckFailed("unknown packet " + packet["type"].Text);
            }
        }

        private static HandshakeResponse Response(Json packet, ushort id)
        {
            var response = new HandshakeResponse { Id = id };
            foreach (var client in packet["clients"].List)
                response.Clients.Add(new WireClient
                {
                    Name = client["name"].Text,
                    Id = (ushort)client["id"].Int,
                    Codec = EventLog.CodecOf(client["codec"])
                });
            response.RoomNames.AddRange(packet["room_names"].List.ConvertAll(EventLog.Text));
            foreach (var members in packet["room_members"].List)
                response.Channels.Add(new RoomPeers
                {
                    Room = (ushort)members["room"].Int,
                    Peers = members["ids"].List.ConvertAll(each => each.Int)
                });
            return response;
        }

        private static VoiceData Voice(Json packet)
        {
            var voice = new VoiceData
            {
                Sender = (ushort)packet["sender"].Int,
                Options = (byte)(0x80 | packet["channel_session"].Int),
                Sequence = (ushort)packet["sequence"].Int,
                Frame = packet["payload"].Bytes
            };
            foreach (var channel in packet["channels"].List)
            {
                var kind = channel["type"].Text == "Room" ? ChannelKind.Room : ChannelKind.Player;
                var priority = (ChannelPriority)Enum.Parse(typeof(ChannelPriority), channel["priority"].Text);
                var bits = new ChannelBits(kind, channel["positional"].Bool, channel["closing"].Bool, priority,
                    (float)channel["amplitude"].Number, channel["session"].Int);
                Check.Equal(channel["bitfield"].Int, bits.Raw, "channel bits");
                voice.Channels.Add(new WireChannel { Bits = bits, Recipient = (ushort)channel["recipient"].Int });
            }
            return voice;
        }

        /// <summary>Reads a packet and writes what was read.</summary>
        private static byte[] Rewrite(byte[] packet)
        {
            var reader = new PacketReader(new ArraySegment<byte>(packet));
            Check.That(reader.Magic(), "the magic number");
            var type = reader.Type();
            if (type == MessageType.HandshakeRequest)
            {
                var request = reader.HandshakeRequest();
                return PacketWriter.HandshakeRequest(request.Codec, request.Name);
            }
            var session = reader.Session();
            switch (type)
            {
                case MessageType.ClientState:
                    var state = reader.ClientState();
                    return PacketWriter.ClientState(session, state.Client.Name, state.Client.Id, state.Client.Codec,
                        state.Rooms);
                case MessageType.VoiceData:
                    return PacketWriter.Voice(session, reader.Voice());
                case MessageType.TextData:
                    return PacketWriter.TextMessage(session, reader.TextMessage());
                case MessageType.HandshakeResponse:
                    return PacketWriter.HandshakeResponse(session, reader.HandshakeResponse());
                case MessageType.ErrorWrongSession:
                    return PacketWriter.ErrorWrongSession(session);
                case MessageType.DeltaChannelState:
                    bool joined;
                    ushort id;
                    string room;
                    reader.DeltaChannelState(out joined, out id, out room);
                    return PacketWriter.DeltaChannelState(session, joined, id, room);
                case MessageType.RemoveClient:
                    return PacketWriter.RemoveClient(session, reader.Id());
                case MessageType.HandshakeP2P:
                    return PacketWriter.HandshakeP2P(session, reader.Id());
                default:
                    var destinations = new List<int>();
                    var inner = reader.Relay(destinations);
                    return PacketWriter.Relay(session, type == MessageType.ServerRelayReliable, destinations, inner);
            }
        }

        private static void DecodeBits()
        {
            foreach (var each in Vectors.Load("bitfield_decode"))
            {
                var bits = new ChannelBits((ushort)each["v"].Int);
                var what = "bits " + each["v"].Int;
                Check.Equal(each["type"].Text, bits.Kind.ToString(), what);
                Check.Equal(each["priority"].Text, bits.Priority.ToString(), what);
                Check.Equal(each["session"].Int, bits.Session, what);
                Check.That(each["closing"].Bool == bits.Closing, what);
                Check.That(each["positional"].Bool == bits.Positional, what);
                var amplitude = BitConverter.ToUInt32(BitConverter.GetBytes(bits.Amplitude), 0);
                Check.Equal((long)each["amplitude_bits"].Number, amplitude, what);
            }
        }

        private static void EncodeAmplitudes()
        {
            foreach (var each in Vectors.Load("bitfield_encode"))
            {
                var bits = BitConverter.GetBytes((uint)each["amplitude_bits"].Number);
                var amplitude = BitConverter.ToSingle(bits, 0);
                Check.Equal(each["byte"].Int, ChannelBits.AmplitudeByte(amplitude), "amplitude " + amplitude);
            }
        }

        private static void WrappedDeltas()
        {
            foreach (var each in Vectors.Load("wrapped_delta"))
                foreach (var bits in new[] { 16, 7, 2 })
                    if (!each["d" + bits].IsNull)
                        Check.Equal(each["d" + bits].Int, Wire.WrappedDelta(each["a"].Int, each["b"].Int, bits),
                            each["a"].Int + " to " + each["b"].Int + " in " + bits + " bits");
        }

        private static void VoiceOptions()
        {
            foreach (var each in Vectors.Load("voice_options"))
            {
                var voice = new VoiceData { Options = (byte)each["byte"].Int };
                Check.Equal(each["session"].Int, voice.ChannelSession, "session of " + each["byte"].Int);
                Check.That(each["extended"].Bool == voice.IsExtended, "form of " + each["byte"].Int);
            }
        }

        private static void Ids()
        {
            foreach (var script in Vectors.Load("client_ids"))
            {
                var ids = new ClientIds();
                foreach (var op in script["ops"].List)
                    if (op["op"].Text == "register")
                        Check.Equal(op["id"].Int, ids.Take(), op["name"].Text);
                    else if (op["ok"].Bool)
                        Check.That(ids.GiveBack(op["id"].Int), op["name"].Text);
            }
        }

        private static void Limits()
        {
            var checkedEntries = 0;
            foreach (var each in Vectors.Load("writer_limits"))
            {
                // The stub has one size of buffer.
                if (!each["what"].Text.EndsWith("in 1024"))
                    continue;
                checkedEntries++;
                var entry = each;
                if (each["result"].IsNumber)
                    Check.Equal(each["result"].Int, WriteLong(entry).Length, each["what"].Text);
                else
                    Check.Throws<StubPacketException>(() => WriteLong(entry), each["what"].Text);
            }
            Check.That(checkedEntries > 50, "entries of known kinds");
        }

        private static byte[] WriteLong(Json each)
        {
            var codec = new CodecSettings(Codec.Opus, 960, 48000);
            if (each.Has("name_bytes"))
                return PacketWriter.HandshakeRequest(codec, new string('x', each["name_bytes"].Int));
            if (each.Has("text_bytes"))
                return PacketWriter.TextMessage(1, new TextData { Text = new string('x', each["text_bytes"].Int) });
            if (each.Has("room_bytes"))
                return PacketWriter.ClientState(1, "name", 1, codec,
                    new[] { new string('x', each["room_bytes"].Int) });
            var destinations = new List<int>(new int[each["dests"].Int]);
            return PacketWriter.Relay(1, true, destinations,
                new ArraySegment<byte>(new byte[each["data_bytes"].Int]));
        }
    }
}
