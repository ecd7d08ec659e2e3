using System;
using System.Collections.Generic;
using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>Recording, one channel. <see cref="ConsonanceStubs.StubMicrophone"/> holds what is said.</summary>
    public static class Microphone
    {
        public static string[] devices
        {
            get
            {
                MainThread.Require("get_devices");
                return StubApplication.MicrophoneAllowed ? StubMicrophone.Devices.ToArray() : new string[0];
            }
        }

        /// <summary>Seconds and Hz; null or an empty name is the first device. Null when there is none.</summary>
        public static AudioClip Start(string deviceName, bool loop, int lengthSec, int frequency)
        {
            MainThread.Require("StartRecord");
            if (lengthSec <= 0 || lengthSec > 3600)
                throw new ArgumentException("Length of recording must be 1 to 3600 seconds, it is " + lengthSec);
            if (frequency <= 0)
                throw new ArgumentException("Frequency of recording must be greater than zero, it is " + frequency);
            return StubMicrophone.Start(deviceName, loop, lengthSec, frequency);
        }

        public static void End(string deviceName)
        {
            MainThread.Require("EndRecord");
            StubMicrophone.End(deviceName);
        }

        public static bool IsRecording(string deviceName)
        {
            MainThread.Require("IsRecording");
            return StubMicrophone.Find(deviceName) != null;
        }

        /// <summary>The frame that is written next.</summary>
        public static int GetPosition(string deviceName)
        {
            MainThread.Require("GetRecordPosition");
            var recording = StubMicrophone.Find(deviceName);
            return recording == null ? 0 : recording.Position;
        }

        /// <summary>Hz; both 0 means any.</summary>
        public static void GetDeviceCaps(string deviceName, out int minFreq, out int maxFreq)
        {
            MainThread.Require("GetDeviceCaps");
            minFreq = StubMicrophone.MinimumFrequency;
            maxFreq = StubMicrophone.MaximumFrequency;
        }
    }
}

namespace ConsonanceStubs
{
    /// <summary>What the microphones hear. Any thread may feed.</summary>
    public static class StubMicrophone
    {
        /// <summary>The names of the devices; unplugging one ends its recording.</summary>
        public static readonly List<string> Devices = new List<string> { "Stub microphone" };

        /// <summary>
        /// Fills a block of mono samples at the rate of the recording; called by the audio thread with every block.
        /// </summary>
        public static Action<float[]> Source;

        private static readonly Dictionary<string, Recording> Recordings = new Dictionary<string, Recording>();

        public static int MinimumFrequency { get; set; }
        public static int MaximumFrequency { get; set; }

        /// <summary>Hz of the running recording, or 0.</summary>
        public static int Frequency
        {
            get
            {
                lock (AudioGraph.Gate)
                    foreach (var recording in Recordings.Values)
                        return recording.Clip.frequency;
                return 0;
            }
        }

        /// <summary>Says these mono samples to every running recording.</summary>
        public static void Feed(float[] samples)
        {
            lock (AudioGraph.Gate)
                foreach (var recording in Recordings.Values)
                    recording.Write(samples);
        }

        public static void Unplug(string device)
        {
            Devices.Remove(device);
            lock (AudioGraph.Gate)
                Recordings.Remove(device);
        }

        public static void Reset()
        {
            lock (AudioGraph.Gate)
                Recordings.Clear();
            Devices.Clear();
            Devices.Add("Stub microphone");
            MinimumFrequency = 0;
            MaximumFrequency = 0;
            Source = null;
        }

        internal static UnityEngine.AudioClip Start(string device, bool loop, int seconds, int frequency)
        {
            if (Devices.Count == 0 || !StubApplication.MicrophoneAllowed)
                return null;
            var name = NameOf(device);
            if (!Devices.Contains(name))
                return null;
            var clip = UnityEngine.AudioClip.Create("Microphone", seconds * frequency, 1, frequency, false);
            lock (AudioGraph.Gate)
                Recordings[name] = new Recording(clip, loop);
            return clip;
        }

        internal static void End(string device)
        {
            lock (AudioGraph.Gate)
                Recordings.Remove(NameOf(device));
        }

        internal static Recording Find(string device)
        {
            Recording found;
            lock (AudioGraph.Gate)
                return Recordings.TryGetValue(NameOf(device), out found) && !found.IsFull ? found : null;
        }

        /// <summary>Runs with the gate held.</summary>
        internal static void Pump(double seconds)
        {
            if (Source == null)
                return;
            foreach (var recording in new List<Recording>(Recordings.Values))
            {
                var samples = new float[recording.FramesFor(seconds)];
                Source(samples);
                recording.Write(samples);
            }
        }

        private static string NameOf(string device)
        {
            return string.IsNullOrEmpty(device) && Devices.Count > 0 ? Devices[0] : device ?? "";
        }
    }

    internal sealed class Recording
    {
        internal readonly UnityEngine.AudioClip Clip;
        private readonly bool _loop;
        private double _owed;

        internal Recording(UnityEngine.AudioClip clip, bool loop)
        {
            Clip = clip;
            _loop = loop;
        }

        internal int Position { get; private set; }

        /// <summary>A recording that does not loop ends with its clip.</summary>
        internal bool IsFull
        {
            get { return !_loop && Position >= Clip.samples; }
        }

        internal int FramesFor(double seconds)
        {
            _owed += seconds * Clip.frequency;
            var frames = (int)_owed;
            _owed -= frames;
            return frames;
        }

        internal void Write(float[] samples)
        {
            var length = _loop ? samples.Length : Math.Min(samples.Length, Clip.samples - Position);
            var part = new float[length];
            Array.Copy(samples, part, length);
            Clip.Write(part, Position);
            Position += length;
            if (_loop)
                Position %= Clip.samples;
        }
    }
}
