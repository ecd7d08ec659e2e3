using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using Consonance.Links;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>The plugin for WebGL, in Node.js.</summary>
    internal static class PageTests
    {
        const string Plugin = "unity/com.consonance.voice/Runtime/Plugins/WebGL/ConsonanceWebSocket.jslib";
        const string Script = "unity/tests/PackageTests/Original/web_socket.test.mjs";

        internal static void Add(Suite suite, ServerProcess server)
        {
            suite.Add("a_link_of_a_page_is_what_its_socket_is", Link);
            suite.Add("a_page_reaches_the_server_with_the_plugin_for_webgl", () => Run(server));
        }

        static void Link()
        {
            string problem;
            FakePage page = new FakePage();
            ServerAddress address = ServerAddress.Parse("wss://host/main#sha256=" + new string('1', 64), out problem);
            IPacketLink link = new JavaScriptPacketLink(address, page);
            Suite.AreEqual(LinkState.New, link.State, "state");
            link.Open();
            Suite.AreEqual("wss://host:443/main", page.Url, "what the page opens");
            Suite.AreEqual(LinkState.Connecting, link.State, "state");
            page.Now = 1;
            Suite.AreEqual(LinkState.Up, link.State, "state");
            page.Incoming = new byte[] { 0, 7, 8 };
            ArraySegment<byte> packet;
            bool isReliable;
            Suite.Require(link.TryReceive(out packet, out isReliable) && isReliable, "nothing, or unreliable");
            Suite.AreEqual("7 8", packet.Array[packet.Offset] + " " + packet.Array[packet.Offset + 1], "packet");
            Suite.Require(!link.TryReceive(out packet, out isReliable), "a second packet");
            link.Send(new ArraySegment<byte>(new byte[] { 1, 2, 3 }, 1, 2), false);
            Suite.AreEqual("2 3 unreliable", page.Sent, "sent");
            page.Now = 2;
            Suite.AreEqual(LinkState.Ended, link.State, "state");
            Suite.AreEqual("gone", link.Reason, "reason");
            link.Close();
            Suite.Require(page.IsClosed, "the socket is left open");
        }

        sealed class FakePage : IPageSockets
        {
            internal string Url;
            internal string Sent;
            internal int Now;
            internal byte[] Incoming;
            internal bool IsClosed;

            public int Open(string url)
            {
                Url = url;
                return 5;
            }

            public int State(int socket)
            {
                return Now;
            }

            public int Receive(int socket, byte[] buffer, int capacity)
            {
                if (Incoming == null) return -1;
                int length = Incoming.Length;
                Buffer.BlockCopy(Incoming, 0, buffer, 0, length);
                Incoming = null;
                return length;
            }

            public void Send(int socket, byte[] bytes, int length, bool isReliable)
            {
                Sent = "";
                for (int index = 0; index < length; index++) Sent += bytes[index] + " ";
                Sent += isReliable ? "reliable" : "unreliable";
            }

            public int Reason(int socket, byte[] buffer, int capacity)
            {
                return System.Text.Encoding.UTF8.GetBytes("gone", 0, 4, buffer, 0);
            }

            public void Close(int socket)
            {
                IsClosed = true;
            }
        }

        /// <summary>Paths are those of the checkout, in which the tests are run.</summary>
        static void Run(ServerProcess server)
        {
            string arguments = "--experimental-websocket " + Script + " " + Plugin + " " + server.WebSocket;
            ProcessStartInfo start = new ProcessStartInfo("node", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            Suite.Require(File.Exists(Script), Script + " is not below " + Directory.GetCurrentDirectory());
            Process node;
            try
            {
                node = Process.Start(start);
            }
            catch (Win32Exception)
            {
                Console.WriteLine("skipped: no Node.js");
                return;
            }
            using (node)
            {
                string printed = node.StandardOutput.ReadToEnd() + node.StandardError.ReadToEnd();
                node.WaitForExit();
                Suite.Require(node.ExitCode == 0 && printed.StartsWith("ok", StringComparison.Ordinal), printed);
            }
        }
    }
}
