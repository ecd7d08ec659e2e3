using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>The inspector of <see cref="PushToTalk"/>.</summary>
    [CustomEditor(typeof(PushToTalk))]
    [CanEditMultipleObjects]
    public sealed class PushToTalkEditor : LiveEditor<PushToTalk>
    {
        /// <inheritdoc/>
        protected override void DrawFields()
        {
            Field("key");
            Field("voice");
        }

        /// <inheritdoc/>
        protected override void FindHints(Hints hints)
        {
            InScene.HintAtVoice(hints, Inspected);
            if (Inspected.Key == KeyCode.None) hints.Info("No key: the player is heard while the game sets IsPressed.");
            else InScene.HintAtKeys(hints);
        }

        /// <inheritdoc/>
        protected override void DrawLive()
        {
            EditorGUILayout.Space();
            ConsonanceVoice voice = Inspected.Voice;
            VoiceChat chat = voice == null ? null : voice.Chat;
            EditorGUILayout.LabelField("Pressed", chat != null && chat.PushToTalk ? "yes" : "no");
            bool isPressed = GUILayout.Toggle(Inspected.IsPressed, "Press it from here");
            if (isPressed != Inspected.IsPressed) Press(() => Inspected.IsPressed = isPressed);
        }
    }
}
