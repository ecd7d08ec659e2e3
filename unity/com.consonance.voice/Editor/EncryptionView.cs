using System;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>The encryption of a chat: its state, and a row for each member with its safety number.</summary>
    internal sealed class EncryptionView
    {
        // As many as players have rows.
        const int RowsMax = 32;
        const float ButtonWidth = 60;

        VoiceChat chat;
        EncryptionStatus status;

        /// <summary>Reads the members, which takes too long for each drawing.</summary>
        internal void Refresh(ConsonanceVoice voice)
        {
            chat = voice.Chat;
            status = voice.GetEncryption();
        }

        /// <param name="press">Takes what a button is for.</param>
        internal void Draw(VoiceChat drawn, Action<Action> press)
        {
            // Another chat may have started since.
            if (status == null || drawn != chat) return;
            EditorGUILayout.LabelField("Encryption", State());
            if (status.SafetyNumber.HasValue)
            {
                EditorGUILayout.LabelField("Safety number of all", status.SafetyNumber.Value.Words);
            }
            int count = Math.Min(status.Members.Count, RowsMax);
            for (int row = 0; row < count; row++) DrawRow(status.Members[row], press);
            if (count < status.Members.Count)
            {
                EditorGUILayout.LabelField("and " + (status.Members.Count - count) + " more members");
            }
        }

        string State()
        {
            switch (status.State)
            {
                case EncryptionState.On: return "on, " + status.Members.Count + " members can hear";
                case EncryptionState.Waiting: return "no keys yet: nothing is sent or heard";
                default: return "off";
            }
        }

        void DrawRow(EncryptedMember member, Action<Action> press)
        {
            if (member.IsLocal) return;
            EditorGUILayout.BeginHorizontal();
            EditorGUILayout.LabelField(member.Name, Words(member));
            bool isVerified = member.Recognition == Recognition.Verified;
            if (!isVerified && GUILayout.Button("Verify", GUILayout.Width(ButtonWidth)))
            {
                press(() => chat.VerifyMember(member));
            }
            EditorGUILayout.EndHorizontal();
        }

        static string Words(EncryptedMember member)
        {
            string words = member.SafetyNumber + " (" + Known(member) + ")";
            if (!member.IsConfirmed) words += ", not confirmed";
            return member.Purpose == null ? words : words + ", for " + member.Purpose;
        }

        static string Known(EncryptedMember member)
        {
            switch (member.Recognition)
            {
                case Recognition.Verified: return "verified";
                case Recognition.Known: return "known";
                case Recognition.Changed: return member.WasVerified ? "another key than the verified one" : "another key";
                default: return "new";
            }
        }
    }
}
