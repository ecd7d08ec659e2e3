using System;
using System.Collections.Generic;

namespace StubTests
{
    /// <summary>Recorded sessions: what the server and each client do with what they received.</summary>
    internal static class TraceTests
    {
        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("golden_vectors_a_server_goes_through_recorded_sessions", () =>
            {
                foreach (var trace in Vectors.Load("traces"))
                    new ServerReplay(trace).Run();
            }));
            tests.Add(new Test("golden_vectors_clients_go_through_recorded_sessions", () =>
            {
                foreach (var trace in Vectors.Load("traces"))
                    new ClientReplay(trace).Run();
                Dissonance.Networking.StubClock.Reset();
            }));
        }

        /// <summary>The packets of a trace by number.</summary>
        internal static Dictionary<int, Json> Packets(List<Json> entries)
        {
            var packets = new Dictionary<int, Json>();
            foreach (var entry in entries)
                if (entry["k"].Text == "tx")
                    packets[entry["n"].Int] = entry;
            return packets;
        }

        /// <summary>"from&gt;to reliability": packets between two ends are compared in order.</summary>
        internal static string Way(int from, int to, bool reliable)
        {
            return from + ">" + to + (reliable ? " reliable" : " unreliable");
        }

        internal static void Add(PacketLists lines, string key, string line)
        {
            List<string> list;
            if (!lines.TryGetValue(key, out list))
                lines[key] = list = new List<string>();
            list.Add(line);
        }

        internal static void Compare(PacketLists expected,
            PacketLists actual, string what)
        {
            var none = new List<string>();
            foreach (var key in new List<string>(expected.Keys))
                Check.Equal(expected[key], actual.ContainsKey(key) ? actual[key] : none, what + ", " + key);
            foreach (var key in new List<string>(actual.Keys))
                Check.Equal(expected.ContainsKey(key) ? expected[key] : none, actual[key], what + ", " + key);
        }

        /// <summary>A ClientState with its rooms sorted, as their order depends on the locale.</summary>
        internal static string Comparable(byte[] packet)
        {
            try
            {
                var reader = new Dissonance.Networking.PacketReader(new ArraySegment<byte>(packet));
                if (!reader.Magic() || reader.Type() != Dissonance.Networking.MessageType.ClientState)
                    return Json.Hex(packet);
                var session = reader.Session();
                var state = reader.ClientState();
                state.Rooms.Sort(StringComparer.Ordinal);
                return "sorted " + Json.Hex(Dissonance.Networking.PacketWriter.ClientState(session, state.Client.Name,
                    state.Client.Id, state.Client.Codec, state.Rooms));
            }
            catch (Dissonance.StubPacketException)
            {
                return Json.Hex(packet);
            }
        }
    }
    /// <summary>Lines by what they belong to.</summary>
    internal sealed class PacketLists : SortedDictionary<string, List<string>>
    {
    }
}
