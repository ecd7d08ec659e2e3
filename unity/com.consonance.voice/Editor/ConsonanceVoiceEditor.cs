using UnityEditor;

namespace Consonance.Unity.Editor
{
    /// <summary>The inspector of <see cref="ConsonanceVoice"/>.</summary>
    [CustomEditor(typeof(ConsonanceVoice))]
    [CanEditMultipleObjects]
    public sealed class ConsonanceVoiceEditor : LiveEditor<ConsonanceVoice>
    {
        readonly ChatView view = new ChatView();

        /// <inheritdoc/>
        protected override void DrawFields()
        {
            if (EditorApplication.isPlaying)
            {
                EditorGUILayout.LabelField("Changes of these fields take effect with the next start.");
            }
            Field("address");
            Field("playerName");
            Field("password");
            Field("listenRooms");
            Field("speakRooms");
            Field("startsWithScene");
            Field("survivesSceneChanges");
            Field("microphone");
            Field("microphoneName");
            Field("playback");
            Field("activation");
            Field("echoCancelling");
            Field("noiseSuppression");
            Field("quality");
            Field("encryptionPolicy");
            Field("purpose");
            Field("constantRate");
            Field("moderatorsKey");
            Field("signSpeech");
            Field("logLevel");
        }

        /// <inheritdoc/>
        protected override void FindHints(Hints hints)
        {
            ConsonanceVoiceHints.Find(Inspected, hints);
        }

        /// <inheritdoc/>
        protected override void DrawLive()
        {
            view.Draw(Inspected, Press);
        }

        /// <inheritdoc/>
        protected override void Refresh()
        {
            view.Refresh(Inspected);
        }
    }
}
