using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>The inspector of <see cref="VoicePlayer"/>.</summary>
    [CustomEditor(typeof(VoicePlayer))]
    [CanEditMultipleObjects]
    public sealed class VoicePlayerEditor : LiveEditor<VoicePlayer>
    {
        readonly WhyView why = new WhyView();

        /// <inheritdoc/>
        protected override void DrawFields()
        {
            Field("playerName");
            Field("feed");
            Field("followsSpeech");
            Field("voice");
        }

        /// <inheritdoc/>
        protected override void FindHints(Hints hints)
        {
            InScene.HintAtVoice(hints, Inspected);
            if (string.IsNullOrEmpty(Inspected.PlayerName))
            {
                hints.Info("No name: the game sets PlayerName when it knows which player this avatar is of.");
            }
            AudioSource source = Inspected.GetComponent<AudioSource>();
            if (source == null) hints.Info("Adds an AudioSource by itself. Add one to choose range and mixer group.");
            else FindOfSource(source, hints);
        }

        void FindOfSource(AudioSource source, Hints hints)
        {
            if (!EditorApplication.isPlaying && source.clip != null)
            {
                hints.Warning("The voice replaces the AudioSource's clip. Put other sounds on an object of their own.");
            }
            if (!EditorApplication.isPlaying && source.spatialBlend == 0)
            {
                hints.Info("The AudioSource's Spatial Blend is 0, so the voice does not come from the avatar's place.");
            }
            if (source.spatialize && !source.spatializePostEffects && Inspected.Feed == VoiceFeed.Filter)
            {
                hints.Warning("The spatializer works before filters: use the feed Clip, or Spatialize Post Effects.");
            }
        }

        /// <inheritdoc/>
        protected override void DrawLive()
        {
            EditorGUILayout.Space();
            Player player = Inspected.Player;
            if (player == null)
            {
                EditorGUILayout.LabelField("Player", "not in the session");
                return;
            }
            Meter.Draw(Inspected.Amplitude, player.Name + (player.IsLocal ? " (this player)" : ""));
            EditorGUILayout.LabelField("Speaking", Inspected.IsSpeaking ? "yes" : "no");
            if (player.IsLocal) return;
            EditorGUILayout.LabelField("Positional", player.IsPositional ? "yes" : "no");
            EditorGUILayout.LabelField("Packet loss", ChatView.Loss(player.PacketLoss));
            if (GUILayout.Button("Why is it not heard?")) Press(() => why.Toggle(player));
            if (why.Player == player) why.Draw();
        }

        /// <inheritdoc/>
        protected override void Refresh()
        {
            why.Refresh();
        }
    }
}
