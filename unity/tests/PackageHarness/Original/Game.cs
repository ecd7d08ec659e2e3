using System;
using System.Collections.Generic;
using Consonance.Tests;
using ConsonanceStubs;
using Dissonance.Networking;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// A game with the original, of one or more players in one process, and players of ours elsewhere.
    /// </summary>
    internal sealed class Game : IDisposable
    {
        const double PatienceSeconds = 30;
        const double HitchEverySeconds = 2;
        const int FrameMsOfOriginal = 40;

        readonly List<Actor> actors = new List<Actor>();
        readonly List<Talker> talkers = new List<Talker>();

        internal Game()
        {
            Loop = new PlayerLoop(typeof(ConsonanceCommsNetwork).Assembly, typeof(SessionName).Assembly);
        }

        internal PlayerLoop Loop { get; private set; }

        /// <summary>A player of the game over our network, in a scene of its own where none is there yet.</summary>
        internal ConsonanceCommsNetwork Network(string name, string address)
        {
            ConsonanceCommsNetwork network = null;
            Loop.Play(() => network = Make(name, address));
            return network;
        }

        /// <summary>The same, for a scene that is being made.</summary>
        internal ConsonanceCommsNetwork Make(string name, string address)
        {
            GameObject voice = new GameObject("Voice of " + name);
            ConsonanceCommsNetwork network = voice.AddComponent<ConsonanceCommsNetwork>();
            network.Address = address;
            Add(new Talker(name, voice, network.StubVoice));
            return network;
        }

        internal Talker Add(Talker talker)
        {
            talkers.Add(talker);
            return talker;
        }

        /// <summary>The latest one with this name.</summary>
        internal Talker Talker(string name)
        {
            return talkers.FindLast(talker => talker.Name == name);
        }

        /// <summary>A player of ours, whose frames have the length of the original's.</summary>
        internal Actor Player(string name, string address)
        {
            VoiceSettings voice = Actor.ForTones(VoiceSettings.Default);
            voice.FrameMs = FrameMsOfOriginal;
            // The original keeps frames of it to speak with, which must not be those of silence.
            voice.Activation = Activation.PushToTalk;
            VoiceChatSettings settings = Actor.InLobby(address, name);
            settings.Voice = voice;
            Actor actor = new Actor(settings);
            actors.Add(actor);
            return actor;
        }

        /// <summary>Runs frames, some of which take half a second, until a condition holds.</summary>
        internal void Until(string what, Func<bool> condition)
        {
            bool came = Loop.Run(PatienceSeconds, 60, HitchEverySeconds, () =>
            {
                Step();
                return condition();
            });
            Suite.Require(came, "timed out waiting: " + what + "; log: " + Log());
        }

        internal void For(double seconds)
        {
            Loop.Run(seconds, 60, 0, () =>
            {
                Step();
                return false;
            });
        }

        /// <summary>Both hear each other: ours a tone, the original frames.</summary>
        internal void Converse(string original, Actor actor, string ours)
        {
            Talker talker = Talker(original);
            Until(original + " and " + ours + " know each other",
                () => talker.Players.Contains(ours) && actor.Chat.FindPlayer(original) != null);
            talker.IsSpeaking = false;
            talker.Forget();
            actor.ToneHz = 440;
            actor.Chat.PushToTalk = true;
            Until(original + " hears " + ours, () => talker.HasSpeech && talker.FramesOf(ours) > 10);
            actor.Chat.PushToTalk = false;
            For(0.5);
            Until("silence", () => actor.HeardLeft < 0.01);
            talker.IsSpeaking = true;
            Until(ours + " hears " + original, () => actor.HeardLeft > 0.1);
            talker.IsSpeaking = false;
        }

        internal static void RequireNoErrors()
        {
            LogEntry[] errors = LogRecord.Errors;
            Suite.Require(errors.Length == 0, errors.Length == 0 ? "" : errors[0].ToString());
        }

        internal static int Warnings(string part)
        {
            return Array.FindAll(LogRecord.Warnings, entry => entry.Message.Contains(part)).Length;
        }

        internal static int Lines(string part)
        {
            return Array.FindAll(LogRecord.Entries, entry => entry.Message.Contains(part)).Length;
        }

        public void Dispose()
        {
            Loop.Dispose();
            foreach (Actor actor in actors) actor.Dispose();
        }

        void Step()
        {
            foreach (Talker talker in talkers) talker.Frame();
            foreach (Actor actor in actors) actor.Frame();
        }

        static string Log()
        {
            LogEntry[] entries = LogRecord.Entries;
            string text = "";
            for (int index = Math.Max(0, entries.Length - 4); index < entries.Length; index++)
            {
                text += entries[index] + " | ";
            }
            return text;
        }
    }
}
