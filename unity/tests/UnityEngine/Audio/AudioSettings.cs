using ConsonanceStubs;

namespace UnityEngine
{
    public enum AudioSpeakerMode
    {
        Raw = 0,
        Mono = 1,
        Stereo = 2,
        Quad = 3,
        Surround = 4,
        Mode5point1 = 5,
        Mode7point1 = 6,
        Prologic = 7
    }

    public struct AudioConfiguration
    {
        public AudioSpeakerMode speakerMode;

        /// <summary>Frames per block.</summary>
        public int dspBufferSize;

        /// <summary>Hz.</summary>
        public int sampleRate;

        public int numRealVoices;
        public int numVirtualVoices;
    }

    /// <summary>The audio device of the output.</summary>
    public static class AudioSettings
    {
        public delegate void AudioConfigurationChangeHandler(bool deviceWasChanged);

        public static event AudioConfigurationChangeHandler OnAudioConfigurationChanged;

        /// <summary>Seconds of output; may be read from the audio thread.</summary>
        public static double dspTime
        {
            get { return AudioGraph.DspTime; }
        }

        /// <summary>Hz.</summary>
        public static int outputSampleRate
        {
            get { MainThread.Require("get_outputSampleRate"); return AudioGraph.SampleRate; }
            set { MainThread.Require("set_outputSampleRate"); Apply(value, AudioGraph.BlockFrames, false); }
        }

        public static AudioSpeakerMode speakerMode
        {
            get { return AudioSpeakerMode.Stereo; }
        }

        public static AudioSpeakerMode driverCapabilities
        {
            get { return AudioSpeakerMode.Stereo; }
        }

        public static AudioConfiguration GetConfiguration()
        {
            MainThread.Require("GetConfiguration");
            return new AudioConfiguration
            {
                speakerMode = AudioSpeakerMode.Stereo,
                dspBufferSize = AudioGraph.BlockFrames,
                sampleRate = AudioGraph.SampleRate,
                numRealVoices = 32,
                numVirtualVoices = 512
            };
        }

        public static bool Reset(AudioConfiguration config)
        {
            MainThread.Require("Reset");
            Apply(config.sampleRate, config.dspBufferSize, false);
            return true;
        }

        public static void GetDSPBufferSize(out int bufferLength, out int numBuffers)
        {
            MainThread.Require("GetDSPBufferSize");
            bufferLength = AudioGraph.BlockFrames;
            numBuffers = 4;
        }

        /// <summary>As in Unity, every source stops, and the game has to play it again.</summary>
        internal static void Apply(int sampleRate, int blockFrames, bool deviceWasChanged)
        {
            AudioGraph.Configure(sampleRate, blockFrames);
            if (OnAudioConfigurationChanged != null)
                Messages.Call(() => OnAudioConfigurationChanged(deviceWasChanged), null);
        }
    }
}
