using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Reflection;
using System.Threading;
using Consonance.Tests;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>What a frame with twenty speakers takes and leaves behind on the main thread.</summary>
    static class GarbageTests
    {
        const int Speakers = 20;
        const int Frames = 600;
        // 60 frames a second for a minute may leave 32 KB behind.
        const double BytesPerFrameMax = 32 * 1024 / 3600.0;

        public static void Add(Suite suite, string address)
        {
            suite.Add("twenty_speakers_leave_little_garbage", () => Twenty(address));
        }

        static void Twenty(string address)
        {
            List<Actor> speakers = new List<Actor>();
            bool isOver = false;
            for (int number = 0; number < Speakers; number++) speakers.Add(new Actor(Speaker(address, number)));
            foreach (Actor speaker in speakers) speaker.ToneHz = 300 + 10 * speakers.IndexOf(speaker);
            // Their garbage is not the game's.
            Thread others = new Thread(() =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    foreach (Actor speaker in speakers) speaker.Frame();
                    Thread.Sleep(5);
                }
            });
            others.Start();
            try
            {
                using (Stage stage = new Stage(address)) Measure(stage);
            }
            finally
            {
                Volatile.Write(ref isOver, true);
                others.Join();
                foreach (Actor speaker in speakers) speaker.Dispose();
            }
        }

        /// <summary>One that takes little of the processor, since all twenty are on this machine.</summary>
        static VoiceChatSettings Speaker(string address, int number)
        {
            VoiceSettings voice = Actor.ForTones(VoiceSettings.Default);
            voice.HighPass = false;
            voice.Quality = Quality.Low;
            voice.FrameMs = 60;
            VoiceChatSettings settings = Actor.InLobby(address, "Speaker " + number);
            settings.ListenRooms.Clear();
            settings.Voice = voice;
            return settings;
        }

        static void Measure(Stage stage)
        {
            List<VoicePlayer> avatars = new List<VoicePlayer>();
            List<MonoBehaviour> components = new List<MonoBehaviour>();
            stage.MicrophoneHz = 440;
            stage.Loop.Play(() =>
            {
                components.Add(stage.Voice("Alice"));
                components.Add(components[0].gameObject.AddComponent<VoiceProximity>());
                components.Add(components[0].gameObject.AddComponent<VoiceRoomTrigger>());
                Stage.Listener();
                for (int number = 0; number < Speakers; number++)
                {
                    avatars.Add(Stage.Avatar("Speaker " + number, new Vector3(number, 0, 2)));
                }
                components.AddRange(avatars.ToArray());
            });
            stage.Until("all speak", () => avatars.TrueForAll(avatar => avatar.IsSpeaking));
            stage.For(2);
            List<Action> messages = new List<Action>();
            foreach (MonoBehaviour component in components)
            {
                AddMessage(messages, component, "Update");
                AddMessage(messages, component, "LateUpdate");
            }
            Report(messages);
        }

        static void AddMessage(List<Action> messages, MonoBehaviour component, string name)
        {
            const BindingFlags any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            MethodInfo method = component.GetType().GetMethod(name, any);
            if (method != null) messages.Add((Action)Delegate.CreateDelegate(typeof(Action), component, method));
        }

        static void Report(List<Action> messages)
        {
            Func<long> allocated = Consonance.Tests.Allocations.Counter();
            Stopwatch watch = new Stopwatch();
            long bytes = 0;
            for (int frame = 0; frame < Frames; frame++)
            {
                long before = allocated == null ? 0 : allocated();
                watch.Start();
                foreach (Action message in messages) message();
                watch.Stop();
                bytes += allocated == null ? 0 : allocated() - before;
                Thread.Sleep(5);
            }
            double milliseconds = watch.Elapsed.TotalMilliseconds / Frames;
            Console.WriteLine(
                Speakers + " speakers: " + milliseconds.ToString("F3") + " ms and "
                + (allocated == null ? "an unknown number of" : (bytes / (double)Frames).ToString("F1")) + " bytes per frame");
            Suite.Require(bytes < BytesPerFrameMax * Frames, bytes + " bytes in " + Frames + " frames");
        }
    }
}
