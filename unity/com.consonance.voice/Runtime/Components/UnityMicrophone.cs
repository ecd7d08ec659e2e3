using System;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>Records with Unity's <c>Microphone</c>, and hands it over once per frame.</summary>
    internal sealed class UnityMicrophone : IDisposable
    {
        // Longer than any frame takes.
        const int RingSeconds = 2;
        const int SampleRateHz = 48000;

        readonly InputStream stream;
        // Unity reads a whole array at a time.
        readonly float[] block = new float[SampleRateHz / 100];
        AudioClip clip;
        int position;

        internal UnityMicrophone(VoiceChat chat)
        {
            stream = chat.OpenEngineInput();
        }

        internal void Update()
        {
            if (clip == null && !Begin()) return;
            int recorded = Microphone.GetPosition(null);
            if (!Microphone.IsRecording(null))
            {
                // The device has gone; the next frame tries again.
                clip = null;
                return;
            }
            int waiting = recorded - position;
            if (waiting < 0) waiting += clip.samples;
            for (; waiting >= block.Length; waiting -= block.Length) Take();
        }

        void Take()
        {
            clip.GetData(block, position);
            position = (position + block.Length) % clip.samples;
            stream.Push(block, 1, clip.frequency);
        }

        bool Begin()
        {
            if (Microphone.devices.Length == 0) return false;
            clip = Microphone.Start(null, true, RingSeconds, SampleRateHz);
            position = 0;
            return clip != null;
        }

        public void Dispose()
        {
            if (clip != null) Microphone.End(null);
            clip = null;
            stream.Dispose();
        }
    }
}
