using System;
using System.Security.Cryptography;
using System.Text;

namespace Consonance.Links
{
    /// <summary>How both ends of a link show that they know the secret, without sending it.</summary>
    internal sealed class SidecarProof
    {
        internal const byte Version = 1;

        const int NonceBytes = 16;

        readonly byte[] secret;
        byte[] hello = new byte[0];
        byte[] challenge = new byte[0];

        internal SidecarProof(string secret)
        {
            this.secret = Encoding.UTF8.GetBytes(secret);
        }

        /// <summary>The body of a hello, which begins another proof.</summary>
        internal byte[] NewHello(SidecarSettings settings)
        {
            byte[] nonce = new byte[NonceBytes];
            using (RandomNumberGenerator random = RandomNumberGenerator.Create()) random.GetBytes(nonce);
            return NewHello(settings, nonce);
        }

        /// <summary>The same with a nonce that is known.</summary>
        internal byte[] NewHello(SidecarSettings settings, byte[] nonce)
        {
            byte[] session = Encoding.UTF8.GetBytes(settings.Session), name = Encoding.UTF8.GetBytes(settings.Name);
            byte[] begin = { (byte)'C', (byte)'V', (byte)'S', (byte)'L', Version };
            hello = Join(begin, nonce, new[] { (byte)session.Length }, session, new[] { (byte)name.Length }, name);
            challenge = new byte[0];
            return hello;
        }

        /// <summary>This end's proof for the body of a challenge.</summary>
        internal byte[] Answer(byte[] bytes, int offset, int count)
        {
            challenge = new byte[count];
            Buffer.BlockCopy(bytes, offset, challenge, 0, count);
            return Of("adapter");
        }

        /// <summary>Whether these 32 bytes are the other end's proof; it takes as long wherever they differ.</summary>
        internal bool IsOfServer(byte[] bytes, int offset)
        {
            if (challenge.Length == 0) return false;
            byte[] expected = Of("server");
            int difference = 0;
            for (int index = 0; index < expected.Length; index++) difference |= expected[index] ^ bytes[offset + index];
            return difference == 0;
        }

        byte[] Of(string end)
        {
            using (HMACSHA256 code = new HMACSHA256(secret))
            {
                return code.ComputeHash(Join(Encoding.ASCII.GetBytes("consonance sidecar " + end), hello, challenge));
            }
        }

        static byte[] Join(params byte[][] parts)
        {
            int length = 0;
            foreach (byte[] part in parts) length += part.Length;
            byte[] whole = new byte[length];
            length = 0;
            foreach (byte[] part in parts)
            {
                Buffer.BlockCopy(part, 0, whole, length, part.Length);
                length += part.Length;
            }
            return whole;
        }
    }
}
