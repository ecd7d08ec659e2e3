using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using Consonance.Links;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// A server of these tests alone, which they stop and start again: it keeps its ports and its certificate. Sessions
    /// "main" and "arena" are open, and "locked" has a password; or all three want a token.
    /// </summary>
    internal sealed class ServerProcess : IDisposable
    {
        internal const string Password = "let me in";
        internal const string SidecarSecret = "a secret of sixteen bytes";

        const int PatienceMs = 30000;

        readonly string program;
        readonly bool wantsTokens;
        readonly string folder;
        readonly List<string> lines = new List<string>();
        Process process;
        int quicPort, socketPort, tlsPort, lockedPort, tcpUdpPort, sidecarPort;

        internal ServerProcess(string program, bool wantsTokens)
        {
            this.program = program;
            this.wantsTokens = wantsTokens;
            folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            Directory.CreateDirectory(folder);
            WriteSecret("password.txt", Password);
            WriteSecret("sidecar.txt", SidecarSecret);
            if (wantsTokens) Print("token keygen secret.jwk public.jwk");
            Start();
            HasTls = TryTls();
        }

        /// <summary>Of the session "main", over QUIC.</summary>
        internal string Address { get; private set; }

        internal string Fingerprint
        {
            get { return Between(Address, "sha256=", "&"); }
        }

        internal string WebSocket
        {
            get { return "ws://127.0.0.1:" + socketPort + "/main"; }
        }

        /// <summary>Whether the runtime has TLS: that of Mono is not made for full compilation ahead of time.</summary>
        internal bool HasTls { get; private set; }

        /// <summary>With TLS; where the runtime has none, as <see cref="WebSocket"/>.</summary>
        internal string AnyWebSocket
        {
            get { return HasTls ? WebSocketTls : WebSocket; }
        }

        internal string WebSocketTls
        {
            get { return "wss://127.0.0.1:" + tlsPort + "/main#sha256=" + Fingerprint; }
        }

        internal string LockedWebSocket
        {
            get { return "wss://127.0.0.1:" + lockedPort + "/locked#sha256=" + Fingerprint; }
        }

        internal string TcpUdp
        {
            get { return "darkrift://127.0.0.1:" + tcpUdpPort; }
        }

        internal string Sidecar
        {
            get { return "127.0.0.1:" + sidecarPort; }
        }

        internal string AddressOf(string session)
        {
            return Address.Replace("/main", "/" + session);
        }

        /// <summary>Starts it, with the ports of the last time.</summary>
        void Start()
        {
            File.WriteAllText(Path.Combine(folder, "server.toml"), Settings());
            process = Launch("serve --config server.toml");
            Process started = process;
            new Thread(() => Read(started)) { IsBackground = true }.Start();
            Stopwatch watch = Stopwatch.StartNew();
            while (!TakeAddresses())
            {
                bool isLate = watch.ElapsedMilliseconds > PatienceMs || started.HasExited;
                if (isLate) throw new TestFailure("the server does not start: " + Printed());
                Thread.Sleep(10);
            }
        }

        /// <summary>Ends it as a crash does: without a word to anyone.</summary>
        void Kill()
        {
            process.Kill();
            process.WaitForExit();
            lock (lines) lines.Clear();
        }

        /// <summary>Does something while the server is gone.</summary>
        internal void WhileGone(Action act)
        {
            Kill();
            try
            {
                act();
            }
            finally
            {
                Start();
            }
        }

        public void Dispose()
        {
            Kill();
            Directory.Delete(folder, true);
        }

        internal string TokenFor(string player)
        {
            return Print("token new --signing-key secret.jwk --session main --name " + player).Trim();
        }

        bool TryTls()
        {
            string why;
            IPacketLink link = PacketLinks.Choose(WebSocketTls, null, null, out why);
            LinkRun.Until(link, () => link.State == LinkState.Up || link.State == LinkState.Ended);
            link.Close();
            return !link.Reason.Contains("aot-only");
        }

        void WriteSecret(string name, string secret)
        {
            string path = Path.Combine(folder, name);
            File.WriteAllText(path, secret + "\n");
            ProcessStartInfo chmod = new ProcessStartInfo("chmod", "600 " + path) { UseShellExecute = false };
            using (Process tool = Process.Start(chmod))
            {
                tool.WaitForExit();
            }
        }

        Process Launch(string arguments)
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                WorkingDirectory = folder,
            });
        }

        /// <summary>Runs a command of the program that ends, and gives what it prints.</summary>
        string Print(string arguments)
        {
            using (Process command = Launch(arguments))
            {
                string printed = command.StandardOutput.ReadToEnd();
                command.WaitForExit();
                if (command.ExitCode != 0) throw new TestFailure("consonance " + arguments + " failed");
                return printed;
            }
        }

        string Settings()
        {
            StringBuilder text = new StringBuilder();
            text.Append("sessions = ['main', 'arena', 'locked']\n[storage]\nfolder = 'state'\n");
            text.Append(wantsTokens
                ? "[joining]\ntoken_key_files = ['public.jwk']\n"
                : "[joining]\npasswords = [{ session = 'locked', file = 'password.txt' }]\n");
            Listen(text, "quic", quicPort, "");
            Listen(text, "websocket", socketPort, "session = 'main'\n");
            Listen(text, "websocket", tlsPort, "session = 'main'\ntls = true\n");
            Listen(text, "websocket", lockedPort, "session = 'locked'\ntls = true\n");
            Listen(text, "darkrift2", tcpUdpPort, "session = 'main'\n");
            Listen(text, "sidecar", sidecarPort, "secret_file = 'sidecar.txt'\n");
            return text.ToString();
        }

        static void Listen(StringBuilder text, string network, int port, string more)
        {
            text.Append("[[listen]]\nnetwork = '").Append(network).Append("'\naddress = '127.0.0.1:").Append(port)
                .Append("'\n").Append(more);
        }

        void Read(Process of)
        {
            string line;
            while ((line = of.StandardOutput.ReadLine()) != null)
            {
                lock (lines) lines.Add(line);
            }
        }

        bool TakeAddresses()
        {
            string last = Line("session \"locked\" is open at quic://");
            if (last == null) return false;
            Address = Line("session \"main\" is open at quic://").Substring("session \"main\" is open at ".Length);
            quicPort = PortIn(Address, "127.0.0.1:");
            socketPort = PortIn(Line("session \"main\" is open over websocket at ", ""), " 127.0.0.1:");
            tlsPort = PortIn(Line("session \"main\" is open over websocket at ", "with TLS"), " 127.0.0.1:");
            lockedPort = PortIn(Line("session \"locked\" is open over websocket at "), " 127.0.0.1:");
            tcpUdpPort = PortIn(Line("open over darkrift2 at "), " 127.0.0.1:");
            sidecarPort = PortIn(Line("open over sidecar at "), " 127.0.0.1:");
            return true;
        }

        string Line(string part)
        {
            lock (lines) return lines.Find(line => line.Contains(part));
        }

        string Line(string part, string end)
        {
            bool hasTls = end.Length > 0;
            lock (lines) return lines.Find(line => line.Contains(part) && line.Contains(" with TLS") == hasTls);
        }

        string Printed()
        {
            lock (lines) return string.Join("; ", lines.ToArray());
        }

        static int PortIn(string line, string before)
        {
            int end = line.IndexOf(before, StringComparison.Ordinal) + before.Length, begin = end;
            while (end < line.Length && char.IsDigit(line[end])) end++;
            return int.Parse(line.Substring(begin, end - begin));
        }

        static string Between(string text, string before, string after)
        {
            int begin = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
            int end = text.IndexOf(after, begin, StringComparison.Ordinal);
            return end < 0 ? text.Substring(begin) : text.Substring(begin, end - begin);
        }
    }
}
