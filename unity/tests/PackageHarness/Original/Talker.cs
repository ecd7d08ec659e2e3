using System;
using System.Collections.Generic;
using System.Diagnostics;
using Consonance.Tests;
using Dissonance;
using Dissonance.Networking;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// A player with the original: listens to and speaks in the room "lobby". Its frames are those that it has heard of
    /// others, since the stand-in for the original has no encoder.
    /// </summary>
    internal sealed class Talker
    {
        const int FrameMs = 40;
        const int FramesKept = 25;

        readonly List<byte[]> heard = new List<byte[]>();
        readonly Stopwatch clock = Stopwatch.StartNew();
        long nextFrameAt;
        int next;

        internal Talker(string name, GameObject on, StubVoice voice)
        {
            Name = name;
            Voice = voice;
            on.AddComponent<DissonanceComms>().LocalPlayerName = name;
            Speakers = new List<string>();
            Players = new List<string>();
            Texts = new List<string>();
            voice.JoinRoom("lobby");
            voice.OpenRoomChannel("lobby");
            voice.VoiceReceived += Hear;
            // Another session: of its own record the original does not say that it has left.
            voice.Joined += (session, id) => Players.Clear();
            voice.PlayerJoined += (player, codec) => Players.Add(player);
            voice.PlayerLeft += player => Players.Remove(player);
            voice.TextReceived += text => Texts.Add(text.Player + ": " + text.Message);
        }

        internal string Name { get; private set; }
        internal StubVoice Voice { get; private set; }
        internal MonoBehaviour Network { get; set; }

        /// <summary>Of the frames since the last <see cref="Forget"/>, in order.</summary>
        internal List<string> Speakers { get; private set; }

        /// <summary>Those in the session, itself included.</summary>
        internal List<string> Players { get; private set; }

        /// <summary>Whether it knows of no others.</summary>
        internal bool IsAlone
        {
            get { return Players.TrueForAll(player => player == Name); }
        }

        internal List<string> Texts { get; private set; }

        /// <summary>Whether it sends the frames that it has kept, again and again.</summary>
        internal bool IsSpeaking { get; set; }

        internal bool HasSpeech
        {
            get { return heard.Count >= FramesKept; }
        }

        /// <summary>Frames to speak with, of another player.</summary>
        internal void Learn(Talker other)
        {
            heard.AddRange(other.heard);
        }

        internal int FramesOf(string speaker)
        {
            return Speakers.FindAll(each => each == speaker).Count;
        }

        internal void Forget()
        {
            Speakers.Clear();
        }

        internal void Frame()
        {
            if (!IsSpeaking || !HasSpeech)
            {
                nextFrameAt = clock.ElapsedMilliseconds;
                return;
            }
            for (; nextFrameAt <= clock.ElapsedMilliseconds; nextFrameAt += FrameMs)
            {
                Voice.SendFrame(heard[next++ % FramesKept]);
            }
        }

        void Hear(StubReceivedVoice voice)
        {
            Speakers.Add(voice.Player);
            if (!HasSpeech && !IsSpeaking) heard.Add(voice.Frame);
        }
    }
}
