using System;
using System.Globalization;

namespace Consonance.Links
{
    /// <summary>Where a <see cref="SidecarLink"/> leads.</summary>
    public sealed class SidecarSettings
    {
        const int NameBytesMax = 255;

        /// <summary>Of the machine with the voice server: a name, or an IP address.</summary>
        public string Host { get; private set; }

        /// <summary>The TCP port of its listener for sidecars.</summary>
        public int Port { get; private set; }

        /// <summary>The session of all players of the link; empty for the listener's only one.</summary>
        public string Session { get; private set; }

        /// <summary>The secret that the listener asks for; empty where it asks for none.</summary>
        public string Secret { get; private set; }

        /// <summary>What the voice server calls the link in its log.</summary>
        public string Name { get; private set; }

        /// <summary>Settings for <c>HOST:PORT</c>; null for what is not needed.</summary>
        /// <exception cref="ArgumentException">The address is none, or a text is too long.</exception>
        public SidecarSettings(string address, string session, string secret, string name)
        {
            int colon = (address ?? "").LastIndexOf(':');
            string host = colon < 0 ? "" : address.Substring(0, colon).Trim().TrimStart('[').TrimEnd(']');
            string digits = colon < 0 ? "" : address.Substring(colon + 1);
            ushort port;
            bool isPort = ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out port);
            if (host.Length == 0 || !isPort)
            {
                throw new ArgumentException(
                    "\"" + address + "\" is no address of a sidecar's listener, expected HOST:PORT");
            }
            Host = host;
            Port = port;
            Session = Short(session, "session");
            Secret = secret ?? "";
            Name = Short(name, "name");
        }

        static string Short(string text, string what)
        {
            text = text ?? "";
            if (System.Text.Encoding.UTF8.GetByteCount(text) <= NameBytesMax) return text;
            throw new ArgumentException("the sidecar's " + what + " is longer than " + NameBytesMax + " bytes");
        }
    }
}
