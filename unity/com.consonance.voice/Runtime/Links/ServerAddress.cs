using System;
using System.Globalization;
using System.Text;

namespace Consonance.Links
{
    /// <summary>
    /// A server's address: <c>quic://HOST:PORT/SESSION#sha256=…&amp;wss=PORT</c>,
    /// <c>wss://HOST:PORT/SESSION#sha256=…</c>,
    /// <c>ws://…</c>, or <c>darkrift://HOST:PORT</c>.
    /// </summary>
    public sealed class ServerAddress
    {
        const int CharactersMax = 2048;
        const int SessionCharactersMax = 64;

        ServerAddress()
        {
        }

        /// <summary>In lower case: <c>quic</c>, <c>wss</c>, <c>ws</c>, or <c>darkrift</c>.</summary>
        public string Scheme { get; private set; }

        /// <summary>A name or an IP address, without brackets.</summary>
        public string Host { get; private set; }

        /// <summary>TCP or UDP, as the scheme says.</summary>
        public int Port { get; private set; }

        /// <summary>The path as it is written, with its slash: the session's name is its end.</summary>
        public string Path { get; private set; }

        /// <summary>
        /// The SHA-256 of the server's certificate, in hexadecimal; null where authorities vouch for it.
        /// </summary>
        public string Fingerprint { get; private set; }

        /// <summary>The port of the same host for WebSockets with TLS; 0 for none.</summary>
        public int WebSocketPort { get; private set; }

        /// <summary>Reads an address; null, and why, where it is none.</summary>
        public static ServerAddress Parse(string text, out string problem)
        {
            ServerAddress address = new ServerAddress { Path = "/" };
            problem = address.Read((text ?? "").Trim());
            return problem == null ? address : null;
        }

        /// <summary>
        /// The same server and another session: the name takes the place of the last part of the path.
        /// </summary>
        public ServerAddress WithSession(string session)
        {
            ServerAddress other = (ServerAddress)MemberwiseClone();
            string name = Uri.EscapeDataString(SessionName(session));
            other.Path = IsPageOfServer(Path) ? PagePrefix + name + PageSuffix : "/" + name;
            return other;
        }

        /// <summary>The session's WebSocket with TLS on the same host, for a QUIC address that says its port.</summary>
        public ServerAddress OverWebSocket()
        {
            ServerAddress other = (ServerAddress)MemberwiseClone();
            other.Scheme = "wss";
            other.Port = WebSocketPort;
            other.WebSocketPort = 0;
            return other;
        }

        /// <summary>
        /// A name that a session can have: a long one is cut, and its end replaced by a checksum of all of it.
        /// </summary>
        public static string SessionName(string name)
        {
            StringBuilder fit = new StringBuilder();
            foreach (char character in name ?? "") fit.Append(char.IsControl(character) ? '_' : character);
            if (fit.Length <= SessionCharactersMax) return fit.ToString();
            const int kept = SessionCharactersMax - 17;
            int end = char.IsHighSurrogate(fit[kept - 1]) ? kept - 1 : kept;
            return fit.ToString(0, end) + "~" + Checksum(name).ToString("x16", CultureInfo.InvariantCulture);
        }

        /// <summary>As it was written, without what was left out.</summary>
        public override string ToString()
        {
            StringBuilder text = new StringBuilder();
            text.Append(Scheme).Append("://").Append(Authority).Append(Path);
            if (Fingerprint != null) text.Append("#sha256=").Append(Fingerprint);
            if (WebSocketPort > 0) text.Append(Fingerprint != null ? '&' : '#').Append("wss=").Append(WebSocketPort);
            return text.ToString();
        }

        /// <summary>Host and port, with brackets around an IPv6 address.</summary>
        internal string Authority
        {
            get { return (Host.IndexOf(':') >= 0 ? "[" + Host + "]" : Host) + ":" + Port; }
        }

        /// <summary>Without the part that only clients read.</summary>
        internal string Url
        {
            get { return Scheme + "://" + Authority + Path; }
        }

        string Read(string text)
        {
            if (text.Length == 0) return "the server's address is missing";
            if (text.Length > CharactersMax) return "the address is longer than " + CharactersMax + " characters";
            int colon = text.IndexOf("://", StringComparison.Ordinal);
            Scheme = colon < 0 ? "" : text.Substring(0, colon).ToLowerInvariant();
            if (UsualPort(Scheme) < 0)
            {
                return "\"" + text + "\" does not begin with quic://, wss://, ws:// or darkrift://";
            }
            string rest = text.Substring(colon + 3);
            int hash = rest.IndexOf('#');
            string problem = hash < 0 ? null : ReadFragment(rest.Substring(hash + 1));
            if (problem != null) return problem;
            if (hash >= 0) rest = rest.Substring(0, hash);
            int slash = rest.IndexOf('/');
            if (slash >= 0) Path = rest.Substring(slash);
            return ReadAuthority(slash < 0 ? rest : rest.Substring(0, slash));
        }

        string ReadAuthority(string authority)
        {
            int colon = authority.LastIndexOf(':');
            bool hasPort = colon > authority.LastIndexOf(']');
            string host = hasPort ? authority.Substring(0, colon) : authority;
            bool isBracketed = host.Length > 2 && host[0] == '[' && host[host.Length - 1] == ']';
            Host = isBracketed ? host.Substring(1, host.Length - 2) : host;
            if (Host.Length == 0 || !isBracketed && Host.IndexOf(':') >= 0)
            {
                return "\"" + authority + "\" has no host: an IPv6 address needs brackets";
            }
            Port = hasPort ? PortOf(authority.Substring(colon + 1)) : UsualPort(Scheme);
            return Port > 0 ? null : "\"" + authority + "\" has no port from 1 to 65535";
        }

        string ReadFragment(string fragment)
        {
            foreach (string item in fragment.Split('&'))
            {
                int equals = item.IndexOf('=');
                string name = equals < 0 ? item : item.Substring(0, equals);
                string value = equals < 0 ? "" : item.Substring(equals + 1);
                if (name == "sha256")
                {
                    if (!IsDigest(value)) return "sha256= is not 64 hexadecimal digits";
                    Fingerprint = value.ToLowerInvariant();
                }
                else if (name == "wss")
                {
                    WebSocketPort = PortOf(value);
                    if (WebSocketPort == 0) return "wss= is not a port from 1 to 65535";
                }
            }
            return null;
        }

        static bool IsDigest(string text)
        {
            if (text.Length != 64) return false;
            foreach (char character in text)
            {
                if (!Uri.IsHexDigit(character)) return false;
            }
            return true;
        }

        /// <summary>-1 for what is no scheme, 0 where the port must be written.</summary>
        static int UsualPort(string scheme)
        {
            switch (scheme)
            {
                case "quic":
                case "darkrift":
                    return 0;
                case "ws":
                    return 80;
                case "wss":
                    return 443;
                default:
                    return -1;
            }
        }

        static int PortOf(string text)
        {
            ushort port;
            bool isPort = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
            return isPort ? port : 0;
        }

        const string PagePrefix = "/api/voice/";
        const string PageSuffix = "/packets";

        /// <summary>The server's page has the WebSocket of every session below this path.</summary>
        static bool IsPageOfServer(string path)
        {
            return path.StartsWith(PagePrefix, StringComparison.Ordinal)
                && path.EndsWith(PageSuffix, StringComparison.Ordinal);
        }

        /// <summary>FNV-1a, 64 bits, over the UTF-16 units.</summary>
        static ulong Checksum(string text)
        {
            ulong hash = 14695981039346656037;
            foreach (char unit in text)
            {
                hash = unchecked((hash ^ (byte)(unit >> 8)) * 1099511628211);
                hash = unchecked((hash ^ (byte)unit) * 1099511628211);
            }
            return hash;
        }
    }
}
