using System;
using ConsonanceStubs;

namespace UnityEngine
{
    public enum AudioDataLoadState
    {
        Unloaded = 0,
        Loading = 1,
        Loaded = 2,
        Failed = 3
    }

    /// <summary>Interleaved samples, or a callback that makes them. "Samples" are frames, as in Unity.</summary>
    public sealed class AudioClip : Object
    {
        public delegate void PCMReaderCallback(float[] data);

        public delegate void PCMSetPositionCallback(int position);

        internal readonly PCMReaderCallback Reader;
        internal readonly PCMSetPositionCallback SetPosition;
        private readonly float[] _data;

        private AudioClip(string name, int lengthSamples, int channels, int frequency, PCMReaderCallback reader,
            PCMSetPositionCallback setPosition)
        {
            this.name = name;
            samples = lengthSamples;
            this.channels = channels;
            this.frequency = frequency;
            Reader = reader;
            SetPosition = setPosition;
            if (reader == null)
                _data = new float[lengthSamples * channels];
        }

        /// <summary>Frames.</summary>
        public int samples { get; private set; }

        public int channels { get; private set; }

        /// <summary>Hz.</summary>
        public int frequency { get; private set; }

        /// <summary>Seconds.</summary>
        public float length
        {
            get { return (float)samples / frequency; }
        }

        public AudioDataLoadState loadState
        {
            get { return AudioDataLoadState.Loaded; }
        }

        public static AudioClip Create(string name, int lengthSamples, int channels, int frequency, bool stream)
        {
            return Create(name, lengthSamples, channels, frequency, stream, null, null);
        }

        public static AudioClip Create(string name, int lengthSamples, int channels, int frequency, bool stream,
            PCMReaderCallback pcmreadercallback)
        {
            return Create(name, lengthSamples, channels, frequency, stream, pcmreadercallback, null);
        }

        /// <summary>
        /// A streaming clip asks for samples whenever a source plays it; one that does not stream asks for all of
        /// them at once, here.
        /// </summary>
        public static AudioClip Create(string name, int lengthSamples, int channels, int frequency, bool stream,
            PCMReaderCallback pcmreadercallback, PCMSetPositionCallback pcmsetpositioncallback)
        {
            MainThread.Require("AudioClip.Create");
            if (name == null)
                throw new NullReferenceException();
            if (lengthSamples <= 0 || channels <= 0 || frequency <= 0)
                throw new ArgumentException("Length, channels and frequency of a created clip must be larger than 0");
            if (stream)
                return new AudioClip(name, lengthSamples, channels, frequency, pcmreadercallback,
                    pcmsetpositioncallback);
            var clip = new AudioClip(name, lengthSamples, channels, frequency, null, null);
            if (pcmreadercallback != null)
                pcmreadercallback(clip._data);
            return clip;
        }

        /// <summary>Reads frames from the offset on, and goes on at the beginning after the end.</summary>
        public bool GetData(float[] data, int offsetSamples)
        {
            RequireAlive("GetData");
            if (_data == null)
                return false;
            lock (AudioGraph.Gate)
                for (var i = 0; i < data.Length; i++)
                    data[i] = _data[(offsetSamples * channels + i) % _data.Length];
            return true;
        }

        public bool SetData(float[] data, int offsetSamples)
        {
            RequireAlive("SetData");
            if (_data == null)
                return false;
            Write(data, offsetSamples);
            return true;
        }

        internal void Write(float[] data, int offsetSamples)
        {
            lock (AudioGraph.Gate)
                for (var i = 0; i < data.Length; i++)
                    _data[(offsetSamples * channels + i) % _data.Length] = data[i];
        }

        internal float Sample(int frame, int channel)
        {
            return _data[frame * channels + channel];
        }
    }
}
