using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    // End-to-end encryption.
    public sealed partial class VoiceChat
    {
        const int MemberTextsBytes = 4096;

        /// <summary>Something has happened to the encryption of the session.</summary>
        public event Action<EncryptionChange> EncryptionChanged;

        readonly object encryptionLock = new object();

        /// <summary>
        /// The encryption now, with the members that can hear. It is a copy of a list, so not for each frame of a large
        /// session.
        /// </summary>
        public EncryptionStatus GetEncryption()
        {
            // Members are read one by one, from the list that the status was taken with.
            lock (encryptionLock)
            {
                NativeEncryptionStatus native = new NativeEncryptionStatus
                {
                    Size = (uint)Marshal.SizeOf(typeof(NativeEncryptionStatus)),
                };
                byte[] numbers = new byte[128];
                UIntPtr length;
                Call.Check(NativeMethods.consonance_get_encryption(
                    Handle, ref native, numbers, (UIntPtr)(uint)numbers.Length, out length));
                return new EncryptionStatus(ref native, numbers, Members());
            }
        }

        IList<EncryptedMember> Members()
        {
            List<EncryptedMember> members = new List<EncryptedMember>();
            NativeEncryptedMember native = new NativeEncryptedMember
            {
                Size = (uint)Marshal.SizeOf(typeof(NativeEncryptedMember)),
            };
            byte[] memberTexts = new byte[MemberTextsBytes];
            UIntPtr length;
            while (Call.Took(NativeMethods.consonance_get_encrypted_member(
                Handle, (uint)members.Count, ref native, memberTexts, (UIntPtr)(uint)memberTexts.Length, out length)))
            {
                members.Add(new EncryptedMember(ref native, memberTexts, players.Get(native.Player, memberTexts)));
            }
            return members.AsReadOnly();
        }

        /// <summary>
        /// Remembers that the safety number of a member was compared and is the same for both players. Throws a
        /// <see cref="VoiceException"/> where it is not another member of the group, or has another key by now.
        /// </summary>
        public void VerifyMember(EncryptedMember member)
        {
            if (member == null) throw new ArgumentNullException("member");
            byte[] key = Utf8.Bytes(member.Key);
            Call.Check(NativeMethods.consonance_verify_member(Handle, member.Player.Id, key));
        }

        /// <summary>
        /// The players that were met, with their keys: to be kept, for <see cref="EncryptionSettings.KnownKeys"/> of the
        /// next chat.
        /// </summary>
        public byte[] GetKnownKeys()
        {
            byte[] keys = new byte[1024];
            while (true)
            {
                UIntPtr length;
                int error = NativeMethods.consonance_get_known_keys(
                    Handle, keys, (UIntPtr)(uint)keys.Length, out length);
                if (error != Call.BufferTooSmall)
                {
                    Call.Check(error);
                    Array.Resize(ref keys, (int)length);
                    return keys;
                }
                // With a margin for players that come meanwhile.
                keys = new byte[(int)length + 1024];
            }
        }

        /// <summary>
        /// Submits what was heard of these players in the last thirty seconds, or of all without any, to the game's
        /// moderators, with a reason of at most 1000 bytes. It is sealed to <see cref="EncryptionSettings.ModeratorsKey"/>:
        /// the server keeps it, and cannot read it. <see cref="EncryptionChanged"/> tells what became of it. A player can
        /// report once in a minute. Throws a <see cref="VoiceException"/> without a key, and where the reason is too long.
        /// </summary>
        public void Report(string reason, params Player[] players)
        {
            if (reason == null) throw new ArgumentNullException("reason");
            if (players == null) throw new ArgumentNullException("players");
            uint[] ids = Array.ConvertAll(players, player => player.Id);
            Call.Check(NativeMethods.consonance_report_players(Handle, ids, (uint)ids.Length, Utf8.Bytes(reason)));
        }

        void RaiseEncryption()
        {
            RaiseWith(EncryptionChanged, new EncryptionChange(ref next, About(), TextAt(2)));
        }
    }
}
