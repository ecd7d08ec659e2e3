using ConsonanceStubs;

namespace UnityEngine
{
    public enum AudioRolloffMode
    {
        Logarithmic = 0,
        Linear = 1,
        Custom = 2
    }

    public enum AudioVelocityUpdateMode
    {
        Auto = 0,
        Fixed = 1,
        Dynamic = 2
    }

    /// <summary>A loudspeaker in the scene.</summary>
    public sealed class AudioSource : Behaviour
    {
        internal readonly SourceVoice Voice;
        private AudioClip _clip;

        public AudioSource()
        {
            Voice = new SourceVoice(this);
            volume = 1;
            pitch = 1;
            minDistance = 1;
            maxDistance = 500;
            dopplerLevel = 1;
            priority = 128;
            reverbZoneMix = 1;
            playOnAwake = true;
        }

        /// <summary>0 to 1.</summary>
        public float volume { get; set; }

        public float pitch { get; set; }
        public bool loop { get; set; }
        public bool mute { get; set; }
        public bool playOnAwake { get; set; }

        /// <summary>0 is not positional, 1 is positional.</summary>
        public float spatialBlend { get; set; }

        public bool spatialize { get; set; }
        public bool spatializePostEffects { get; set; }

        /// <summary>-1 left to 1 right.</summary>
        public float panStereo { get; set; }

        /// <summary>Metres.</summary>
        public float minDistance { get; set; }

        /// <summary>Metres.</summary>
        public float maxDistance { get; set; }

        public AudioRolloffMode rolloffMode { get; set; }
        public float dopplerLevel { get; set; }
        public float spread { get; set; }
        public float reverbZoneMix { get; set; }

        /// <summary>0 is the most important.</summary>
        public int priority { get; set; }

        public bool bypassEffects { get; set; }
        public bool bypassListenerEffects { get; set; }
        public bool bypassReverbZones { get; set; }
        public bool ignoreListenerPause { get; set; }
        public bool ignoreListenerVolume { get; set; }
        public AudioVelocityUpdateMode velocityUpdateMode { get; set; }
        public Audio.AudioMixerGroup outputAudioMixerGroup { get; set; }

        public AudioClip clip
        {
            get
            {
                RequireAlive("get_clip");
                return _clip;
            }
            set
            {
                RequireAlive("set_clip");
                if (ReferenceEquals(_clip, value))
                    return;
                Voice.Stop();
                _clip = value;
            }
        }

        public bool isPlaying
        {
            get { RequireAlive("get_isPlaying"); return Voice.IsPlaying; }
        }

        /// <summary>Frames of the clip.</summary>
        public int timeSamples
        {
            get { RequireAlive("get_timeSamples"); return Voice.Position; }
            set { RequireAlive("set_timeSamples"); Voice.Seek(value); }
        }

        /// <summary>Seconds of the clip.</summary>
        public float time
        {
            get { return _clip == null ? 0 : (float)timeSamples / _clip.frequency; }
            set { timeSamples = _clip == null ? 0 : (int)(value * _clip.frequency); }
        }

        public void Play()
        {
            RequireAlive("Play");
            if (!isActiveAndEnabled)
                Debug.LogWarning("Can not play a disabled audio source", this);
            else
                Voice.Play(_clip);
        }

        public void Stop()
        {
            RequireAlive("Stop");
            Voice.Stop();
        }

        public void Pause()
        {
            RequireAlive("Pause");
            Voice.Paused = true;
        }

        public void UnPause()
        {
            RequireAlive("UnPause");
            Voice.Paused = false;
        }

        /// <summary>The samples of one channel, 0 or 1, that were played last.</summary>
        public void GetOutputData(float[] samples, int channel)
        {
            RequireAlive("GetOutputData");
            Voice.CopyLast(samples, channel);
        }

        internal override void OnTurnedOn()
        {
            if (playOnAwake && _clip != null)
                Voice.Play(_clip);
        }

        internal override void OnTurnedOff()
        {
            Voice.Stop();
        }

        internal override void CopyFrom(Component original)
        {
            var from = (AudioSource)original;
            _clip = from._clip;
            volume = from.volume;
            pitch = from.pitch;
            loop = from.loop;
            mute = from.mute;
            playOnAwake = from.playOnAwake;
            spatialBlend = from.spatialBlend;
            spatialize = from.spatialize;
            panStereo = from.panStereo;
            minDistance = from.minDistance;
            maxDistance = from.maxDistance;
            rolloffMode = from.rolloffMode;
            dopplerLevel = from.dopplerLevel;
            priority = from.priority;
            outputAudioMixerGroup = from.outputAudioMixerGroup;
        }
    }

    /// <summary>The ears. Its scripts filter the whole mix.</summary>
    public sealed class AudioListener : Behaviour
    {
        static AudioListener()
        {
            volume = 1;
        }

        public static float volume { get; set; }
        public static bool pause { get; set; }
    }
}

namespace UnityEngine.Audio
{
    public class AudioMixer : Object
    {
    }

    public class AudioMixerGroup : Object
    {
        public AudioMixer audioMixer { get; internal set; }
    }
}
