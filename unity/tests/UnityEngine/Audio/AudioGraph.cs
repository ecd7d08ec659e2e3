using System;
using System.Collections.Generic;
using System.Threading;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>The sources, the listener and the device. <see cref="Gate"/> guards all of it.</summary>
    internal static class AudioGraph
    {
        internal const int Channels = 2;
        internal static readonly object Gate = new object();
        internal static readonly List<AudioSource> Sources = new List<AudioSource>();
        private static readonly List<AudioListener> Listeners = new List<AudioListener>();
        private static readonly List<float> Mix = new List<float>();
        private static long _dspTimeBits;

        static AudioGraph()
        {
            Reset();
        }

        internal static int SampleRate { get; private set; }
        internal static int BlockFrames { get; private set; }

        /// <summary>Frames that a streaming clip is asked for at once.</summary>
        internal static int ReaderFrames { get; set; }

        internal static double DspTime
        {
            get { return BitConverter.Int64BitsToDouble(Interlocked.Read(ref _dspTimeBits)); }
        }

        /// <summary>The switched-on listener, or null.</summary>
        internal static AudioListener Listener
        {
            get { return Listeners.Find(each => each.TurnedOn); }
        }

        internal static void Reset()
        {
            lock (Gate)
            {
                SampleRate = 48000;
                BlockFrames = 1024;
                ReaderFrames = 1024;
                Sources.Clear();
                Listeners.Clear();
                Mix.Clear();
                Interlocked.Exchange(ref _dspTimeBits, 0);
            }
        }

        internal static void Configure(int sampleRate, int blockFrames)
        {
            lock (Gate)
            {
                SampleRate = sampleRate;
                BlockFrames = blockFrames;
                foreach (var source in Sources)
                    source.Voice.Stop();
            }
        }

        internal static void Register(Component component)
        {
            lock (Gate)
            {
                if (component is AudioSource)
                    Sources.Add((AudioSource)component);
                else if (component is AudioListener)
                    Listeners.Add((AudioListener)component);
            }
        }

        internal static void Unregister(Component component)
        {
            lock (Gate)
            {
                Sources.RemoveAll(each => ReferenceEquals(each, component));
                Listeners.RemoveAll(each => ReferenceEquals(each, component));
            }
        }

        internal static void UpdateGains()
        {
            foreach (var source in Sources)
                source.Voice.UpdateGains();
        }

        /// <summary>Plays one block of every source, as the audio thread does.</summary>
        internal static void Render()
        {
            lock (Gate)
            {
                var seconds = (double)BlockFrames / SampleRate;
                StubMicrophone.Pump(seconds);
                var mix = new float[BlockFrames * Channels];
                var block = new float[mix.Length];
                foreach (var source in Sources.ToArray())
                    Render(source, block, mix);
                var listener = Listener;
                if (!ReferenceEquals(listener, null))
                    Filter(listener.Owner, mix);
                for (var i = 0; i < mix.Length; i++)
                    mix[i] *= AudioListener.volume;
                Keep(mix);
                Interlocked.Exchange(ref _dspTimeBits, BitConverter.DoubleToInt64Bits(DspTime + seconds));
            }
        }

        internal static float[] TakeMix()
        {
            lock (Gate)
            {
                var taken = Mix.ToArray();
                Mix.Clear();
                return taken;
            }
        }

        private static void Render(AudioSource source, float[] block, float[] mix)
        {
            try
            {
                if (!source.Voice.Fill(block))
                    return;
                Filter(source.Owner, block);
            }
            catch (Exception exception)
            {
                Debug.LogException(exception);
            }
            source.Voice.Keep(block);
            for (var i = 0; i < mix.Length; i++)
                mix[i] += block[i];
        }

        private static void Filter(GameObject owner, float[] block)
        {
            foreach (var component in owner.Components)
            {
                var script = component as MonoBehaviour;
                if (!ReferenceEquals(script, null) && script.TurnedOn && script.State.OnAudioFilterRead != null)
                    script.State.OnAudioFilterRead(block, Channels);
            }
        }

        private static void Keep(float[] mix)
        {
            const int tapeSeconds = 30;
            Mix.AddRange(mix);
            var excess = Mix.Count - tapeSeconds * SampleRate * Channels;
            if (excess > 0)
                Mix.RemoveRange(0, excess);
        }
    }
}
