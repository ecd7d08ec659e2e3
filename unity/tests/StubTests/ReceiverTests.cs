using System.Collections.Generic;
using Dissonance;
using Dissonance.Audio.Codecs;
using Dissonance.Networking;

namespace StubTests
{
    /// <summary>Packets of one speaker and time against the events that the original raised.</summary>
    internal static class ReceiverTests
    {
        private const string Speaker = "the speaker";

        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("golden_vectors_voice_is_heard_as_by_the_original", () =>
            {
                foreach (var script in Vectors.Load("voice_receiver"))
                    Run(script);
                StubClock.Reset();
            }));
        }

        private static void Run(Json script)
        {
            const uint session = 0x12345678;
            var entries = script["entries"].List;
            var now = 0.0;
            StubClock.Seconds = () => now;
            var codec = new CodecSettings(Codec.Opus, 960, 48000);
            var network = new ListNetwork("Me", codec);
            var log = new List<string>();
            var client = new ListClient(network, new List<Sent>(), 1);
            foreach (var room in entries[0]["rooms"].List)
                network.StubVoice.JoinRoom(room.Text);
            client.Connect();
            var me = (ushort)entries[0]["local_id"].Int;
            Receive(client, PacketWriter.HandshakeResponse(session, new HandshakeResponse { Id = me }));
            Receive(client, PacketWriter.ClientState(session, "Me", me, codec, new string[0]));
            Receive(client, PacketWriter.ClientState(session, Speaker, SpeakerOf(entries), codec, new string[0]));
            EventLog.Attach(network.StubVoice, log);
            for (var i = 1; i < entries.Count; i++)
            {
                now = entries[i]["ms"].Number / 1000;
                if (entries[i]["op"].Text == "packet")
                {
                    client.Deliver(new Sent { Bytes = entries[i]["hex"].Bytes });
                    // Only a tick looks for time-outs.
                    now = double.NegativeInfinity;
                }
                client.Update();
                var expected = entries[i]["events"].List.ConvertAll(each => EventLog.Expected(each, Speaker));
                Check.Equal(expected, log, script["name"].Text + ", entry " + i);
                log.Clear();
            }
        }

        private static ushort SpeakerOf(List<Json> entries)
        {
            var packet = entries.Find(each => each["op"].Text == "packet")["hex"].Bytes;
            return (ushort)(packet[7] << 8 | packet[8]);
        }

        private static void Receive(ListClient client, byte[] packet)
        {
            client.Inbox.Enqueue(new Sent { Bytes = packet });
            client.Update();
        }
    }
}
