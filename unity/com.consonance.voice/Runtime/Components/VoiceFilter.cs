using System;

namespace Consonance.Unity
{
    /// <summary>Brings a voice into what an <c>AudioSource</c> plays, on Unity's audio thread.</summary>
    internal sealed class VoiceFilter
    {
        volatile OutputStream stream;
        volatile VoiceRing tap;
        volatile int sampleRateHz;
        volatile bool isMultiplied;
        float[] mono = new float[1024];

        internal int SampleRateHz
        {
            set { sampleRateHz = value; }
        }

        /// <summary>Takes a copy of the voice; null for none.</summary>
        internal VoiceRing Tap
        {
            get { return tap; }
            set { tap = value; }
        }

        /// <summary>Plays this voice from now on.</summary>
        internal void Begin(OutputStream stream, int sampleRateHz, bool isMultiplied)
        {
            this.sampleRateHz = sampleRateHz;
            this.isMultiplied = isMultiplied;
            this.stream = stream;
        }

        internal void End()
        {
            OutputStream ended = stream;
            stream = null;
            if (ended != null) ended.Dispose();
        }

        /// <summary>Overwrites what the carrier plays with the voice, as loud as the carrier is.</summary>
        internal void Fill(float[] data, int channels)
        {
            OutputStream present = stream;
            if (present == null)
            {
                // Of no voice the carrier must not be heard. What another clip plays is not ours.
                if (isMultiplied) Array.Clear(data, 0, data.Length);
                return;
            }
            int frames = data.Length / channels;
            // Unity changes its block only with its device.
            if (mono.Length != frames) mono = new float[frames];
            ReadMono(mono);
            for (int frame = 0, sample = 0; frame < frames; frame++)
            {
                for (int channel = 0; channel < channels; channel++, sample++)
                {
                    data[sample] = isMultiplied ? data[sample] * mono[frame] : mono[frame];
                }
            }
        }

        internal void ReadMono(float[] data)
        {
            OutputStream present = stream;
            if (present == null)
            {
                Array.Clear(data, 0, data.Length);
                return;
            }
            present.Pull(data, 1, sampleRateHz);
            VoiceRing copied = tap;
            if (copied != null) copied.Write(data);
        }
    }
}
