using System;
using UnityEngine;

namespace Consonance.Unity
{
    // End-to-end encryption.
    public sealed partial class ConsonanceVoice
    {
        [Header("Encryption")]
        [SerializeField, Tooltip("Whether the chat is encrypted from end to end.")]
        EncryptionPolicy encryptionPolicy = EncryptionPolicy.WhereOffered;
        [SerializeField, Tooltip("What this member is for, such as \"recording\", which all members see. Empty for a player.")]
        string purpose = "";
        [SerializeField, Tooltip("Frames of one size, so that the server cannot guess at words. Costs a twelfth of the bit rate.")]
        bool constantRate;
        [SerializeField, Tooltip("The public key of the game's moderators, to which players' reports are sealed. Empty for none.")]
        string moderatorsKey = "";
        [SerializeField, Tooltip("Sign what the player says, so that reports prove it. It is not deniable any more.")]
        bool signSpeech;

        /// <summary>Something has happened to the encryption of the session.</summary>
        public event Action<EncryptionChange> EncryptionChanged;

        /// <summary>Whether the chat is encrypted from end to end; takes effect with the next start.</summary>
        public EncryptionPolicy EncryptionPolicy
        {
            get { return encryptionPolicy; }
            set { encryptionPolicy = value; }
        }

        /// <summary>
        /// What this member is for, such as <c>recording</c>, which all members see; empty for a player. Takes effect with
        /// the next start.
        /// </summary>
        public string Purpose
        {
            get { return purpose; }
            set { purpose = value; }
        }

        /// <summary>
        /// Whether all frames have one size, so that the server cannot guess at words; takes effect with the next start.
        /// </summary>
        public bool ConstantRate
        {
            get { return constantRate; }
            set { constantRate = value; }
        }

        /// <summary>
        /// The public key of the game's moderators, for <see cref="Report"/>; empty for none. Takes effect with the next
        /// start.
        /// </summary>
        public string ModeratorsKey
        {
            get { return moderatorsKey; }
            set { moderatorsKey = value; }
        }

        /// <summary>
        /// Whether what the player says is signed, so that reports prove it; takes effect with the next start.
        /// </summary>
        public bool SignSpeech
        {
            get { return signSpeech; }
            set { signSpeech = value; }
        }

        /// <summary>
        /// The player's key, from <see cref="EncryptionSettings.GenerateIdentity"/>, by which others know the player again;
        /// null for a new one with each start. The game keeps it as a password is kept, and in no scene file.
        /// </summary>
        public byte[] Identity { get; set; }

        /// <summary>The player's account, if it has one; takes effect with the next start.</summary>
        public string Account { get; set; }

        /// <summary>
        /// What a service of the game has signed about account and key, which all members see; takes effect with the next
        /// start.
        /// </summary>
        public string Attestation { get; set; }

        /// <summary>
        /// The keys of services whose attestations are believed, as a JSON Web Key or a set of them; takes effect with the
        /// next start.
        /// </summary>
        public string AttestationKeys { get; set; }

        /// <summary>
        /// The keys of players that were met before, for the next start. When a chat ends, they become those that it knew,
        /// which the game may keep.
        /// </summary>
        public byte[] KnownKeys { get; set; }

        /// <summary>The encryption of the running chat, with the members that can hear; null without a chat.</summary>
        public EncryptionStatus GetEncryption()
        {
            return chat == null ? null : chat.GetEncryption();
        }

        /// <summary>
        /// Submits what was heard of these players in the last thirty seconds, or of all without any, to the game's
        /// moderators: see <see cref="VoiceChat.Report"/>. Without a chat, nothing happens.
        /// </summary>
        public void Report(string reason, params Player[] players)
        {
            if (chat != null) chat.Report(reason, players);
        }

        EncryptionSettings Encryption()
        {
            return new EncryptionSettings
            {
                Policy = encryptionPolicy,
                Purpose = OrNull(purpose),
                Identity = Identity,
                Account = OrNull(Account),
                Attestation = OrNull(Attestation),
                AttestationKeys = OrNull(AttestationKeys),
                KnownKeys = KnownKeys,
                ConstantRate = constantRate,
                ModeratorsKey = OrNull(moderatorsKey),
                SignSpeech = signSpeech,
            };
        }

        void PassOnEncryption(EncryptionChange change)
        {
            if (EncryptionChanged != null) EncryptionChanged(change);
        }
    }
}
