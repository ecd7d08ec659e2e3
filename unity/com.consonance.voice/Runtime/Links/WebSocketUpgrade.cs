using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace Consonance.Links
{
    /// <summary>Asks an HTTP server for a WebSocket (RFC 6455, section 4).</summary>
    internal static class WebSocketUpgrade
    {
        internal const string Protocol = "consonance.v1";

        const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        const int LineCharactersMax = 2048;
        const int LinesMax = 64;

        /// <summary>Throws where the server refuses.</summary>
        internal static void Request(Stream stream, WebSocketReader reader, ServerAddress address)
        {
            byte[] nonce = new byte[16];
            using (RandomNumberGenerator random = RandomNumberGenerator.Create()) random.GetBytes(nonce);
            string key = Convert.ToBase64String(nonce);
            byte[] request = Encoding.ASCII.GetBytes(
                "GET " + address.Path + " HTTP/1.1\r\nHost: " + address.Authority + "\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Protocol: " + Protocol + "\r\n\r\n");
            stream.Write(request, 0, request.Length);
            ReadAnswer(reader, Accept(key));
        }

        static void ReadAnswer(WebSocketReader reader, string accept)
        {
            string status = reader.ReadLine(LineCharactersMax);
            if (!status.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            {
                throw new IOException("the server refuses the WebSocket: " + status);
            }
            bool isAccepted = false;
            for (int lines = 0; lines < LinesMax; lines++)
            {
                string line = reader.ReadLine(LineCharactersMax);
                if (line.Length == 0)
                {
                    if (isAccepted) return;
                    break;
                }
                int colon = line.IndexOf(':');
                string name = colon < 0 ? line : line.Substring(0, colon);
                isAccepted |= name.Equals("Sec-WebSocket-Accept", StringComparison.OrdinalIgnoreCase)
                    && line.Substring(colon + 1).Trim() == accept;
            }
            throw new IOException("the server's answer is not that of a WebSocket");
        }

        static string Accept(string key)
        {
            using (SHA1 hash = SHA1.Create())
            {
                return Convert.ToBase64String(hash.ComputeHash(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
            }
        }
    }
}
