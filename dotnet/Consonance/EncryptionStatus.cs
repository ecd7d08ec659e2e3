using System.Collections.Generic;
using Consonance.Native;

namespace Consonance
{
    /// <summary>Something that has happened to the encryption of a session.</summary>
    public struct EncryptionChange
    {
        internal EncryptionChange(ref NativeEvent native, Player player, string text)
        {
            Kind = (EncryptionChangeKind)native.Detail;
            State = Kind == EncryptionChangeKind.State ? (EncryptionState)native.Number : (EncryptionState?)null;
            WasVerified = Kind == EncryptionChangeKind.KeyChanged && native.Number == 1;
            Player = player;
            Text = text;
        }

        /// <summary>What has happened.</summary>
        public EncryptionChangeKind Kind { get; private set; }
        /// <summary>The state from now on, where that has changed; otherwise null.</summary>
        public EncryptionState? State { get; private set; }
        /// <summary>Whether the key that a player had before was verified.</summary>
        public bool WasVerified { get; private set; }
        /// <summary>The member concerned, or null.</summary>
        public Player Player { get; private set; }
        /// <summary>The same in English, as a line of a chat.</summary>
        public string Text { get; private set; }
    }

    /// <summary>The encryption of a chat at one moment.</summary>
    public sealed class EncryptionStatus
    {
        internal EncryptionStatus(ref NativeEncryptionStatus native, byte[] texts, IList<EncryptedMember> members)
        {
            int start = 0;
            string words = Utf8.Next(texts, ref start);
            string digits = Utf8.Next(texts, ref start);
            if (words.Length > 0) SafetyNumber = new SafetyNumber(words, digits);
            State = (EncryptionState)native.State;
            IsMember = native.IsMember != 0;
            Epoch = (long)native.Epoch;
            Members = members;
            PacketsSealed = (long)native.PacketsSealed;
            PacketsOpened = (long)native.PacketsOpened;
            PacketsSentPlain = (long)native.PacketsSentPlain;
            PacketsReceivedPlain = (long)native.PacketsReceivedPlain;
            PacketsWithoutKeys = (long)native.PacketsWithoutKeys;
            PacketsRefused = (long)native.PacketsRefused;
        }

        /// <summary>Whether it is on.</summary>
        public EncryptionState State { get; private set; }
        /// <summary>Whether the chat is a member of the session's group.</summary>
        public bool IsMember { get; private set; }
        /// <summary>Counts the changes of keys in the present group.</summary>
        public long Epoch { get; private set; }
        /// <summary>The members of the group, which can hear and read; the player of this chat is one of them.</summary>
        public IList<EncryptedMember> Members { get; private set; }
        /// <summary>What all members see if no server is between them; null without a group.</summary>
        public SafetyNumber? SafetyNumber { get; private set; }
        /// <summary>Own packets that were encrypted.</summary>
        public long PacketsSealed { get; private set; }
        /// <summary>Packets of others that were decrypted.</summary>
        public long PacketsOpened { get; private set; }
        /// <summary>Own packets to rooms or players that are not encrypted.</summary>
        public long PacketsSentPlain { get; private set; }
        /// <summary>Packets without encryption that came from where it is allowed.</summary>
        public long PacketsReceivedPlain { get; private set; }
        /// <summary>Own packets that were dropped, since there were no keys.</summary>
        public long PacketsWithoutKeys { get; private set; }
        /// <summary>
        /// Packets of others that were dropped: not encrypted where they must be, forged, repeated, of another member than
        /// the server said, or of an unknown epoch.
        /// </summary>
        public long PacketsRefused { get; private set; }
    }
}
