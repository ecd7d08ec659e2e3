using UnityEditor;

namespace Consonance.Unity.Editor
{
    /// <summary>The inspector of <see cref="VoiceTap"/>, which has no fields.</summary>
    [CustomEditor(typeof(VoiceTap))]
    [CanEditMultipleObjects]
    public sealed class VoiceTapEditor : LiveEditor<VoiceTap>
    {
        /// <inheritdoc/>
        protected override void DrawFields()
        {
        }

        /// <inheritdoc/>
        protected override void FindHints(Hints hints)
        {
            hints.Info("Call Read in each frame for the samples of this Voice Player's voice.");
            ConsonanceVoice voice = InScene.Find<ConsonanceVoice>();
            if (voice != null && voice.Playback != Playback.Unity)
            {
                hints.Warning("Has no samples, as Unity does not play the voices: see Playback of Consonance Voice.");
            }
        }

        /// <inheritdoc/>
        protected override void DrawLive()
        {
            VoicePlayer player = Inspected.GetComponent<VoicePlayer>();
            EditorGUILayout.Space();
            EditorGUILayout.LabelField("Samples", Inspected.SampleRateHz + " Hz, mono");
            EditorGUILayout.LabelField("Voice", player != null && player.Source != null ? "yes" : "not yet");
        }
    }
}
