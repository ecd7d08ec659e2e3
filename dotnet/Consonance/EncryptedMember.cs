using Consonance.Native;

namespace Consonance
{
    /// <summary>A safety number: two players, or all members, see the same if no server is between them.</summary>
    public struct SafetyNumber
    {
        internal SafetyNumber(string words, string digits)
        {
            Words = words;
            Digits = digits;
        }

        /// <summary>Six words, which can be read out.</summary>
        public string Words { get; private set; }
        /// <summary>The same as 30 digits, in groups of five.</summary>
        public string Digits { get; private set; }

        /// <summary>The words.</summary>
        public override string ToString()
        {
            return Words;
        }
    }

    /// <summary>A member of the session's group. Members alone can hear and read.</summary>
    public sealed class EncryptedMember
    {
        internal EncryptedMember(ref NativeEncryptedMember native, byte[] texts, Player player)
        {
            int start = 0;
            Name = Utf8.Next(texts, ref start);
            Account = OrNull(Utf8.Next(texts, ref start));
            Purpose = OrNull(Utf8.Next(texts, ref start));
            Key = Utf8.Next(texts, ref start);
            string words = Utf8.Next(texts, ref start);
            string digits = Utf8.Next(texts, ref start);
            IsLocal = native.IsLocal != 0;
            if (!IsLocal) SafetyNumber = new SafetyNumber(words, digits);
            Player = player;
            IsConfirmed = native.IsConfirmed != 0;
            Recognition = (Recognition)native.Recognition;
            WasVerified = native.WasVerified != 0;
            AccountProof = (AccountProof)native.AccountProof;
        }

        /// <summary>Its name.</summary>
        public string Name { get; private set; }
        /// <summary>The player of this name.</summary>
        public Player Player { get; private set; }
        /// <summary>Its account, as it claims; null if it has none.</summary>
        public string Account { get; private set; }
        /// <summary>What stands behind the account.</summary>
        public AccountProof AccountProof { get; private set; }
        /// <summary>What it is for, such as <c>recording</c>; null for a player.</summary>
        public string Purpose { get; private set; }
        /// <summary>The public key that it signs with: 64 hexadecimal digits.</summary>
        public string Key { get; private set; }
        /// <summary>What both players see if no server is between them; null for the player of this chat.</summary>
        public SafetyNumber? SafetyNumber { get; private set; }
        /// <summary>Whether it has signed that it is in the same epoch of the same group.</summary>
        public bool IsConfirmed { get; private set; }
        /// <summary>How it compares to the players that were met before.</summary>
        public Recognition Recognition { get; private set; }
        /// <summary>Whether it has another key than before, which was verified.</summary>
        public bool WasVerified { get; private set; }
        /// <summary>Whether it is the player of this chat.</summary>
        public bool IsLocal { get; private set; }

        static string OrNull(string text)
        {
            return text.Length == 0 ? null : text;
        }

        /// <summary>Its name.</summary>
        public override string ToString()
        {
            return Name;
        }
    }
}
