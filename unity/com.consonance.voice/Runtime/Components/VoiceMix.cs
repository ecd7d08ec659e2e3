using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// Plays the voices of players that have no <see cref="VoicePlayer"/>: radio, and avatars that are not here. Made by
    /// <see cref="ConsonanceVoice"/>, on an object of its own, since a filter is of all that its object plays.
    /// </summary>
    [AddComponentMenu("")]
    internal sealed class VoiceMix : MonoBehaviour
    {
        AudioSource source;
        volatile OutputStream stream;
        volatile int sampleRateHz;

        internal static VoiceMix Below(Transform parent, VoiceChat chat)
        {
            GameObject owner = new GameObject("Consonance Mix");
            owner.transform.SetParent(parent, false);
            VoiceMix mix = owner.AddComponent<VoiceMix>();
            mix.source = Carrier.SourceOn(owner);
            mix.stream = chat.OpenEngineOutput();
            mix.Refresh();
            return mix;
        }

        /// <summary>Goes on after the device of the output has changed.</summary>
        internal void Refresh()
        {
            sampleRateHz = AudioSettings.outputSampleRate;
            Carrier.Play(source);
        }

        internal void End()
        {
            OutputStream ended = stream;
            stream = null;
            if (ended != null) ended.Dispose();
            Destroy(gameObject);
        }

        void OnAudioFilterRead(float[] data, int channels)
        {
            OutputStream present = stream;
            // Of no voice the carrier must not be heard.
            if (present == null) System.Array.Clear(data, 0, data.Length);
            else present.Pull(data, channels, sampleRateHz);
        }
    }
}
