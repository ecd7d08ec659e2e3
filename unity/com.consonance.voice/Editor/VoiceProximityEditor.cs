using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>The inspector of <see cref="VoiceProximity"/>.</summary>
    [CustomEditor(typeof(VoiceProximity))]
    [CanEditMultipleObjects]
    public sealed class VoiceProximityEditor : LiveEditor<VoiceProximity>
    {
        /// <inheritdoc/>
        protected override void DrawFields()
        {
            Field("room");
            Field("voice");
        }

        /// <inheritdoc/>
        protected override void FindHints(Hints hints)
        {
            InScene.HintAtVoice(hints, Inspected);
            if (string.IsNullOrEmpty(Inspected.RoomName)) hints.Error("The room has no name.");
            if (!InScene.Has<AudioListener>())
            {
                hints.Warning("No AudioListener in the open scenes, so the server is not told where the player is.");
            }
            ConsonanceVoice voice = Inspected.Voice != null ? Inspected.Voice : InScene.Find<ConsonanceVoice>();
            if (voice != null && ConsonanceVoiceHints.IsOffline(voice.Address))
            {
                hints.Info("Offline there is no server that knows distances: the room is an ordinary one.");
            }
        }

        /// <inheritdoc/>
        protected override void DrawLive()
        {
            EditorGUILayout.Space();
            EditorGUILayout.LabelField("Speaking", Inspected.IsSpeaking ? "yes" : "no");
            ConsonanceVoice voice = Inspected.Voice;
            VoiceChat chat = voice == null ? null : voice.Chat;
            if (chat == null || string.IsNullOrEmpty(Inspected.RoomName)) return;
            EditorGUILayout.LabelField("Players in the room", chat.Room(Inspected.RoomName).Listeners.Count.ToString());
        }
    }
}
