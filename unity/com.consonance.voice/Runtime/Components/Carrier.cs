using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// What an <c>AudioSource</c> plays so that a filter behind it is called: a constant of 1. What arrives at the filter
    /// is then the loudness that Unity gives each loudspeaker for the source's place, volume and curves, by which the
    /// filter multiplies the voice.
    /// </summary>
    internal static class Carrier
    {
        const int SampleRateHz = 48000;

        static AudioClip clip;

        internal static AudioSource SourceOn(GameObject owner)
        {
            AudioSource source = owner.AddComponent<AudioSource>();
            source.playOnAwake = false;
            // A mix has no place.
            source.spatialBlend = 0;
            return source;
        }

        /// <summary>Plays it, unless it plays.</summary>
        internal static void Play(AudioSource source)
        {
            if (source.isPlaying || !source.isActiveAndEnabled) return;
            source.clip = Clip();
            source.loop = true;
            source.Play();
        }

        /// <summary>One for all sources; made again where play mode has ended in between.</summary>
        static AudioClip Clip()
        {
            if (clip != null) return clip;
            float[] ones = new float[SampleRateHz / 10];
            for (int sample = 0; sample < ones.Length; sample++) ones[sample] = 1;
            clip = AudioClip.Create("Consonance carrier", ones.Length, 1, SampleRateHz, false);
            clip.SetData(ones, 0);
            return clip;
        }
    }
}
