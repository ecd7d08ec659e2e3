using System;
using System.Collections.Generic;
using Dissonance;
using Dissonance.Audio.Codecs;
using Dissonance.Networking;

namespace StubTests
{
    /// <summary>A connection of the in-memory networks.</summary>
    public struct Peer : IEquatable<Peer>
    {
        public readonly int Number;

        public Peer(int number)
        {
            Number = number;
        }

        public bool Equals(Peer other)
        {
            return Number == other.Number;
        }
    }

    /// <summary>A packet that a client or a server handed to the network, copied.</summary>
    internal sealed class Sent
    {
        internal int From;

        /// <summary>0 is the server.</summary>
        internal int To;

        internal bool Reliable;
        internal byte[] Bytes;

        internal static byte[] Copy(ArraySegment<byte> packet)
        {
            var copy = new byte[packet.Count];
            Array.Copy(packet.Array, packet.Offset, copy, 0, packet.Count);
            return copy;
        }
    }

    /// <summary>A server whose packets go to a list.</summary>
    internal sealed class ListServer : BaseServer<ListServer, ListClient, Peer>
    {
        internal readonly List<Sent> Outbox;
        internal readonly Queue<Sent> Inbox = new Queue<Sent>();

        internal ListServer(List<Sent> outbox, uint session)
        {
            Outbox = outbox;
            SessionId = session;
        }

        internal void PeerGone(int peer)
        {
            ClientDisconnected(new Peer(peer));
        }

        protected override void ReadMessages()
        {
            while (Inbox.Count > 0)
            {
                var packet = Inbox.Dequeue();
                NetworkReceivedPacket(new Peer(packet.From), new ArraySegment<byte>(packet.Bytes));
            }
        }

        protected override void SendReliable(Peer destination, ArraySegment<byte> packet)
        {
            Outbox.Add(new Sent { To = destination.Number, Reliable = true, Bytes = Sent.Copy(packet) });
        }

        protected override void SendUnreliable(Peer destination, ArraySegment<byte> packet)
        {
            Outbox.Add(new Sent { To = destination.Number, Bytes = Sent.Copy(packet) });
        }
    }

    /// <summary>A client whose packets go to a list, with direct links where it was told of some.</summary>
    internal sealed class ListClient : BaseClient<ListServer, ListClient, Peer>
    {
        internal readonly List<Sent> Outbox;
        internal readonly Queue<Sent> Inbox = new Queue<Sent>();
        internal readonly List<string> Introductions = new List<string>();
        internal readonly int Number;
        internal Exception Thrown;

        /// <summary>The last reliable packet as it was lent, not copied.</summary>
        internal ArraySegment<byte> LastSegment;

        private uint _session;
        private ushort _id;

        internal ListClient(ICommsNetworkState network, List<Sent> outbox, int number) : base(network)
        {
            Outbox = outbox;
            Number = number;
        }

        public override void Connect()
        {
            Connected();
        }

        internal void Deliver(Sent packet)
        {
            var id = NetworkReceivedPacket(new ArraySegment<byte>(packet.Bytes));
            if (!id.HasValue)
                return;
            Introductions.Add(id.Value + " from " + packet.From);
            ReceiveHandshakeP2P(id.Value, new Peer(packet.From));
        }

        /// <summary>Says to a peer that it can be reached directly.</summary>
        internal void Introduce(int peer)
        {
            var packet = WriteHandshakeP2P(_session, _id);
            Outbox.Add(new Sent { From = Number, To = peer, Reliable = true, Bytes = packet });
        }

        protected override void OnServerAssignedSessionId(uint session, ushort id)
        {
            base.OnServerAssignedSessionId(session, id);
            _session = session;
            _id = id;
        }

        protected override void ReadMessages()
        {
            try
            {
                while (Inbox.Count > 0)
                    Deliver(Inbox.Dequeue());
            }
            catch (StubPacketException exception)
            {
                Thrown = exception;
                throw;
            }
        }

        protected override void SendReliable(ArraySegment<byte> packet)
        {
            LastSegment = packet;
            Outbox.Add(new Sent { From = Number, Reliable = true, Bytes = Sent.Copy(packet) });
        }

        protected override void SendUnreliable(ArraySegment<byte> packet)
        {
            Outbox.Add(new Sent { From = Number, Bytes = Sent.Copy(packet) });
        }

        protected override void SendReliableP2P(List<ClientInfo<Peer?>> destinations, ArraySegment<byte> packet)
        {
            SendDirectly(destinations, packet, true);
            base.SendReliableP2P(destinations, packet);
        }

        protected override void SendUnreliableP2P(List<ClientInfo<Peer?>> destinations, ArraySegment<byte> packet)
        {
            SendDirectly(destinations, packet, false);
            base.SendUnreliableP2P(destinations, packet);
        }

        private void SendDirectly(List<ClientInfo<Peer?>> destinations, ArraySegment<byte> packet, bool reliable)
        {
            foreach (var destination in destinations.ToArray())
            {
                if (!destination.Connection.HasValue)
                    continue;
                var to = destination.Connection.Value.Number;
                Outbox.Add(new Sent { From = Number, To = to, Reliable = reliable, Bytes = Sent.Copy(packet) });
                destinations.Remove(destination);
            }
        }
    }

    /// <summary>The settings of a client without a component.</summary>
    internal sealed class ListNetwork : ICommsNetworkState
    {
        internal ListNetwork(string name, CodecSettings codec)
        {
            StubState = new StubNetworkState(name, codec, new StubVoice());
        }

        public StubNetworkState StubState { get; private set; }

        internal StubVoice StubVoice
        {
            get { return StubState.Voice; }
        }
    }

    /// <summary>Writes the events of a client as lines, in the words of the vectors.</summary>
    internal static class EventLog
    {
        internal static void Attach(StubVoice voice, List<string> log)
        {
            voice.PlayerJoined += (name, codec) => log.Add("player_joined " + name + " " + Codec(codec));
            voice.PlayerLeft += name => log.Add("player_left " + name);
            voice.EnteredRoom += (name, room, rooms) => log.Add(Room("entered_room", name, room, rooms));
            voice.ExitedRoom += (name, room, rooms) => log.Add(Room("exited_room", name, room, rooms));
            voice.StartedSpeaking += name => log.Add("started_speaking " + name);
            voice.StoppedSpeaking += name => log.Add("stopped_speaking " + name);
            voice.VoiceReceived += heard => log.Add(Voice(heard));
            voice.TextReceived += text => log.Add("text " + text.Player + " " + (text.IsRoom ? "Room " : "Player ") +
                text.Recipient + " " + (text.Message ?? "(null)"));
        }

        internal static string Codec(CodecSettings codec)
        {
            return (int)codec.Codec + "/" + codec.FrameSize + "/" + codec.SampleRate;
        }

        internal static string Room(string what, string name, string room, ICollection<string> rooms)
        {
            var sorted = new List<string>(rooms).ConvertAll(each => each ?? "(null)");
            sorted.Sort(StringComparer.Ordinal);
            return what + " " + name + " " + (room ?? "(null)") + " [" + string.Join(",", sorted.ToArray()) + "]";
        }

        /// <summary>An event of a vector in the same form, or null for those that are compared apart.</summary>
        internal static string Expected(Json each, string speaker)
        {
            var what = each["ev"].Text;
            switch (what)
            {
                case "player_joined":
                    return what + " " + each["name"].Text + " " + Codec(CodecOf(each));
                case "entered_room":
                case "exited_room":
                    return Room(what, each["name"].Text, each["room"].Text, each["rooms"].List.ConvertAll(Text));
                case "voice":
                    return ExpectedVoice(each, speaker ?? each["from"].Text);
                case "text":
                    return "text " + each["from"].Text + " " + each["type"].Text + " " + each["recipient"].Text + " " +
                        (each["text"].Text ?? "(null)");
                case "joined":
                case "handshake_p2p":
                    return null;
                case "player_left":
                case "started_speaking":
                case "stopped_speaking":
                    return what + " " + (speaker ?? each["name"].Text);
                default:
                    throw new CheckFailed("unknown event " + what);
            }
        }

        internal static CodecSettings CodecOf(Json codec)
        {
            var rate = unchecked((int)(long)codec["rate"].Number);
            return new CodecSettings((Codec)codec["codec"].Int, codec["frame"].UInt, rate);
        }

        internal static string Text(Json text)
        {
            return text.Text;
        }

        private static string Voice(StubReceivedVoice heard)
        {
            var line = "voice " + heard.Player + " " + heard.Sequence + " " +
                Channel(heard.Positional, heard.Amplitude, heard.Priority.ToString());
            foreach (var channel in heard.Channels)
                line += " " + (channel.IsRoom ? "Room" : "Player") + ":" + channel.Target + " " +
                    Channel(channel.Positional, channel.Amplitude, channel.Priority.ToString());
            return line + " " + Json.Hex(heard.Frame);
        }

        private static string ExpectedVoice(Json each, string speaker)
        {
            var line = "voice " + speaker + " " + each["seq"].Int + " " + ExpectedChannel(each);
            foreach (var channel in each["channels"].List)
                line += " " + channel["type"].Text + ":" + channel["target"].Text + " " + ExpectedChannel(channel);
            return line + " " + each["payload"].Text;
        }

        private static string ExpectedChannel(Json each)
        {
            return Channel(each["positional"].Bool, (float)each["amplitude"].Number, each["priority"].Text);
        }

        private static string Channel(bool positional, float amplitude, string priority)
        {
            return positional + "/" + BitConverter.ToInt32(BitConverter.GetBytes(amplitude), 0) + "/" + priority;
        }
    }
}
