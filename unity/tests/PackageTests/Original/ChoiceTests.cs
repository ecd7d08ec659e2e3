using Consonance.Links;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>Addresses, and which link is chosen for them.</summary>
    internal static class ChoiceTests
    {
        const string Digest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        const string Quic = "quic://voice.example.org:7777/main#sha256=" + Digest;

        internal static void Add(Suite suite)
        {
            suite.Add("an_address_is_written_as_it_was_read", RoundTrip);
            suite.Add("what_is_wrong_with_an_address_is_told", Mistakes);
            suite.Add("another_session_takes_the_place_of_the_path", Sessions);
            suite.Add("the_link_is_what_the_machine_can_do_and_the_address_says", Choices);
        }

        static void RoundTrip()
        {
            foreach (string text in new[]
            {
                Quic, Quic + "&wss=443", "quic://[::1]:7777/a%20b", "wss://voice.example.org:443/main",
                "ws://127.0.0.1:80/api/voice/main/packets", "darkrift://10.0.0.1:4296/",
            })
            {
                string problem;
                ServerAddress address = ServerAddress.Parse(text, out problem);
                Suite.Require(address != null, problem);
                Suite.AreEqual(text, address.ToString(), "address");
            }
        }

        static void Mistakes()
        {
            foreach (string text in new[]
            {
                "", "main", "http://host/main", "quic://host/main", "quic://host:0/main", "quic://host:65536/main",
                "quic://::1:7777/main", "wss:///main", "quic://host:1/main#sha256=12", "quic://host:1/main#wss=0",
                "quic://host:1/" + new string('x', 3000),
            })
            {
                string problem;
                Suite.Require(ServerAddress.Parse(text, out problem) == null, "\"" + text + "\" is taken");
                Suite.Require(problem.Length > 0, "no reason");
            }
        }

        static void Sessions()
        {
            string problem;
            ServerAddress address = ServerAddress.Parse(Quic + "&wss=443", out problem);
            string expected = "quic://voice.example.org:7777/room%201%2Fgr%C3%B6%C3%9Fe#sha256=" + Digest + "&wss=443";
            Suite.AreEqual(expected, address.WithSession("room 1/größe").ToString(), "address");
            ServerAddress page = ServerAddress.Parse("wss://host/api/voice/main/packets", out problem);
            Suite.AreEqual("wss://host:443/api/voice/arena/packets", page.WithSession("arena").ToString(), "of a page");
            string longName = new string('x', 70), fit = ServerAddress.SessionName(longName);
            Suite.AreEqual(64, fit.Length, "length");
            Suite.Require(fit != ServerAddress.SessionName(longName + "y"), "two long names are one session");
            Suite.AreEqual("a_b", ServerAddress.SessionName("a\nb"), "control character");
        }

        static void Choices()
        {
            IsChosen(Quic, null, true, "QUIC");
            IsChosen(Quic + "&wss=443", null, true, "QUIC");
            IsChosen(Quic + "&wss=443", null, false, "WebSocket with TLS");
            IsChosen(Quic, "darkrift://host:4296", false, "TCP and UDP");
            IsChosen(Quic, "wss://host/main", false, "WebSocket with TLS");
            IsChosen(Quic, null, false, "none");
            IsChosen(Quic, Quic, false, "none");
            IsChosen("wss://host/main", null, true, "WebSocket with TLS");
            IsChosen("ws://host/main", null, false, "WebSocket");
            IsChosen("darkrift://host:4296", null, true, "TCP and UDP");
            IsChosen("", null, true, "none");
        }

        static void IsChosen(string address, string other, bool hasNative, string transport)
        {
            string why;
            IPacketLink link = PacketLinks.Choose(address, other, null, hasNative, "no library", out why);
            Suite.AreEqual(transport, link.TransportName, address);
            Suite.Require(why.Length > 0, "no reason for " + address);
            bool isOver = link.State == LinkState.Ended;
            Suite.AreEqual(transport == "none", isOver, "ended");
        }
    }
}
