using System;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>How a chat encrypts, and what the player is to the others.</summary>
    public sealed class EncryptionSettings
    {
        const int IdentityBytes = 64;

        /// <summary>Whether the chat is encrypted.</summary>
        public EncryptionPolicy Policy { get; set; }

        /// <summary>
        /// The player's key, as <see cref="GenerateIdentity"/> made it, by which others know the player again; null for a
        /// new key for this chat.
        /// </summary>
        public byte[] Identity { get; set; }

        /// <summary>
        /// The player's account, at most 256 bytes; null if it has none. The key belongs to the account, whatever the name
        /// of the player is.
        /// </summary>
        public string Account { get; set; }

        /// <summary>
        /// What a service of the game has signed about the account and the key, at most 1024 bytes: a JSON Web Token with
        /// <c>sub</c>, <c>cnf</c> and <c>exp</c>, which all members see; null for none.
        /// </summary>
        public string Attestation { get; set; }

        /// <summary>
        /// The keys of the services whose attestations are believed: a JSON Web Key of Ed25519, or a set of them. Null for
        /// none, so that accounts are claims.
        /// </summary>
        public string AttestationKeys { get; set; }

        /// <summary>
        /// What this member is for, if it is not a player: <c>recording</c>, <c>moderation</c>; at most 256 bytes, null for a
        /// player. All members see it.
        /// </summary>
        public string Purpose { get; set; }

        /// <summary>
        /// The keys of players that were met before, as <see cref="VoiceChat.GetKnownKeys"/> gave them; null for none.
        /// </summary>
        public byte[] KnownKeys { get; set; }

        /// <summary>
        /// Whether all frames have one size and say nothing of how loud they are, so that the server cannot guess at words
        /// by their sizes. It costs a twelfth of the bit rate.
        /// </summary>
        public bool ConstantRate { get; set; }

        /// <summary>
        /// Whether what the player says is signed, once a second, for the other members: their reports prove it then, and
        /// it is not deniable any more.
        /// </summary>
        public bool SignSpeech { get; set; }

        /// <summary>
        /// The public key of the game's moderators, as <c>consonance decrypt --new-key</c> wrote it, for
        /// <see cref="VoiceChat.Report"/>; null for none, so that nothing is kept for reports.
        /// </summary>
        public string ModeratorsKey { get; set; }

        /// <summary>
        /// The file that the keys of encrypted sessions are added to, for <c>consonance decrypt</c>: a holder of it can hear
        /// what the server records. Null for none.
        /// </summary>
        public string KeyLog { get; set; }

        /// <summary>
        /// Makes a key for a player, of 64 bytes. Keep it as a password is kept, and pass it with the settings of each
        /// chat. Its last 32 bytes are the public half, which a service can attest to.
        /// </summary>
        public static byte[] GenerateIdentity()
        {
            VoiceLibrary.Require();
            byte[] key = new byte[IdentityBytes];
            UIntPtr length;
            Call.Check(NativeMethods.consonance_generate_identity(key, (UIntPtr)(uint)key.Length, out length));
            return key;
        }

        internal IntPtr Native(NativeMemory memory)
        {
            NativeEncryptionSettings native = new NativeEncryptionSettings
            {
                Size = (uint)Marshal.SizeOf(typeof(NativeEncryptionSettings)),
                Policy = (int)Policy,
                Identity = memory.Bytes(Identity),
                Account = memory.Text(Account),
                Attestation = memory.Text(Attestation),
                AttestationKeys = memory.Text(AttestationKeys),
                Purpose = memory.Text(Purpose),
                KnownKeys = memory.Bytes(KnownKeys),
                IdentityLength = Identity == null ? 0 : (uint)Identity.Length,
                KnownKeysLength = KnownKeys == null ? 0 : (uint)KnownKeys.Length,
                ConstantRate = ConstantRate ? 1u : 0,
                SignSpeech = SignSpeech ? 1u : 0,
                ModeratorsKey = memory.Text(ModeratorsKey),
                KeyLog = memory.Text(KeyLog),
            };
            return memory.Struct(native);
        }
    }
}
