using System;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// Gives the voice of a <see cref="VoicePlayer"/> that Unity plays to the game's own scripts: lip movement, effects, a
    /// recording. What is not read within a second is lost.
    /// </summary>
    [AddComponentMenu("Consonance/Voice Tap")]
    [RequireComponent(typeof(VoicePlayer))]
    public sealed class VoiceTap : MonoBehaviour
    {
        VoicePlayer player;
        VoiceRing ring;

        /// <summary>The rate of the samples, in Hz: that of Unity's output.</summary>
        public int SampleRateHz
        {
            get { return AudioSettings.outputSampleRate; }
        }

        /// <summary>
        /// Fills the array with the next mono samples, and tells how many there were; silence between words is among them.
        /// To be called on the main thread.
        /// </summary>
        public int Read(float[] samples)
        {
            if (samples == null) throw new ArgumentNullException("samples");
            return ring == null ? 0 : ring.Read(samples);
        }

        void OnEnable()
        {
            player = GetComponent<VoicePlayer>();
            ring = new VoiceRing(AudioSettings.outputSampleRate);
            player.Filter.Tap = ring;
        }

        void OnDisable()
        {
            if (player != null && player.Filter.Tap == ring) player.Filter.Tap = null;
            ring = null;
        }
    }
}
