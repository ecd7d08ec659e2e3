using System;
using System.Collections.Generic;
using Consonance.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>A game with its frames, its audio thread and its microphone, and players elsewhere.</summary>
    public sealed class Stage : IDisposable
    {
        const double PatienceSeconds = 30;
        const double HitchEverySeconds = 2;

        readonly List<Actor> actors = new List<Actor>();
        readonly string address;
        double phase;

        public Stage(string address)
        {
            this.address = address;
            Loop = new PlayerLoop(typeof(ConsonanceVoice).Assembly);
            StubMicrophone.Source = Record;
            Loop.Audio.Start();
        }

        public PlayerLoop Loop { get; private set; }

        /// <summary>What Unity's microphone hears, in Hz; 0 for silence.</summary>
        public double MicrophoneHz { get; set; }

        void Record(float[] block)
        {
            for (int sample = 0; sample < block.Length; sample++)
            {
                block[sample] = MicrophoneHz == 0 ? 0 : (float)(0.3 * Math.Sin(phase += 2 * Math.PI * MicrophoneHz / 48000));
            }
        }

        /// <summary>A player elsewhere, in the room "lobby".</summary>
        public Actor Player(string name)
        {
            return Add(new Actor(address, name));
        }

        public Actor Player(VoiceChatSettings settings)
        {
            return Add(new Actor(settings));
        }

        Actor Add(Actor actor)
        {
            actors.Add(actor);
            return actor;
        }

        /// <summary>The voice chat of the game, with Unity's microphone, for a scene.</summary>
        public ConsonanceVoice Voice(string name)
        {
            ConsonanceVoice voice = new GameObject("Voice").AddComponent<ConsonanceVoice>();
            voice.Address = address;
            voice.PlayerName = name;
            RecordTones(voice);
            return voice;
        }

        /// <summary>There is no sound card here: Unity's microphone is recorded, and sent as it is.</summary>
        public static void RecordTones(ConsonanceVoice voice)
        {
            voice.Microphone = MicrophoneSource.Unity;
            voice.ChatStarted += chat => chat.Settings = Actor.ForTones(chat.Settings);
        }

        public static AudioListener Listener()
        {
            return new GameObject("Ears").AddComponent<AudioListener>();
        }

        public static VoicePlayer Avatar(string name, Vector3 at)
        {
            VoicePlayer avatar = new GameObject("Avatar of " + name).AddComponent<VoicePlayer>();
            avatar.PlayerName = name;
            avatar.transform.position = at;
            return avatar;
        }

        /// <summary>Runs frames, some of which take half a second, until a condition holds.</summary>
        public void Until(string what, Func<bool> condition)
        {
            bool came = Loop.Run(PatienceSeconds, 60, HitchEverySeconds, () =>
            {
                foreach (Actor actor in actors) actor.Frame();
                return condition();
            });
            Suite.Require(came, "timed out waiting: " + what + LastLog());
        }

        public void For(double seconds)
        {
            Loop.Run(seconds, 60, 0, () =>
            {
                foreach (Actor actor in actors) actor.Frame();
                return false;
            });
        }

        /// <summary>How loud a source was at most since the last call, left and right.</summary>
        public void Peak(AudioSource source, out float left, out float right)
        {
            Peak(Loop.Audio.Take(source), out left, out right);
        }

        public float Peak(AudioSource source)
        {
            float left, right;
            Peak(source, out left, out right);
            return Math.Max(left, right);
        }

        /// <summary>The same of everything together.</summary>
        public float PeakOfAll()
        {
            float left, right;
            Peak(Loop.Audio.TakeMix(), out left, out right);
            return Math.Max(left, right);
        }

        static void Peak(float[] samples, out float left, out float right)
        {
            left = right = 0;
            for (int sample = 0; sample + 1 < samples.Length; sample += 2)
            {
                left = Math.Max(left, Math.Abs(samples[sample]));
                right = Math.Max(right, Math.Abs(samples[sample + 1]));
            }
        }

        /// <summary>Nothing that a developer would see in red.</summary>
        public static void RequireNoErrors()
        {
            LogEntry[] errors = LogRecord.Errors;
            Suite.Require(errors.Length == 0, errors.Length == 0 ? "" : errors[0].ToString());
        }

        static string LastLog()
        {
            LogEntry[] entries = LogRecord.Entries;
            return entries.Length == 0 ? "" : " (last log line: " + entries[entries.Length - 1] + ")";
        }

        public void Dispose()
        {
            Loop.Dispose();
            foreach (Actor actor in actors) actor.Dispose();
        }
    }
}
