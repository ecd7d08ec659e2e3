using System;
using System.Diagnostics;
using System.Threading;
using NUnit.Framework;

namespace Consonance.Unity.Tests
{
    /// <summary>A chat without a server, with a player that repeats what is said.</summary>
    public sealed class OfflineTests
    {
        const int Rate = 48000;
        static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

        [Test]
        public void A_chat_meets_the_player_that_repeats_what_is_said()
        {
            using (VoiceChat chat = Start())
            {
                string met = null;
                chat.PlayerJoined += player => met = player.Name;
                Until(chat, () => met != null, chat.Update);
                Assert.AreEqual("Loopback", met);
            }
        }

        [Test]
        public void What_is_said_is_heard_again()
        {
            using (VoiceChat chat = Start())
            using (InputStream microphone = chat.OpenEngineInput())
            using (OutputStream loudspeaker = chat.OpenEngineOutput())
            {
                Tone tone = new Tone(microphone, loudspeaker);
                Until(chat, () => tone.Heard > 0.05f, () =>
                {
                    chat.Update();
                    tone.PlayAndHear();
                });
            }
        }

        static VoiceChat Start()
        {
            VoiceChatSettings settings = new VoiceChatSettings("offline:") { Name = "Alice", Sound = Sound.Engine };
            settings.ListenRooms.Add("lobby");
            settings.SpeakRooms.Add("lobby");
            return VoiceChat.Start(settings);
        }

        static void Until(VoiceChat chat, Func<bool> isDone, Action frame)
        {
            for (Stopwatch clock = Stopwatch.StartNew(); !isDone(); Thread.Sleep(5))
            {
                Assert.IsTrue(clock.Elapsed < Patience, "nothing within " + Patience + ", connection " + chat.Connection);
                frame();
            }
        }

        /// <summary>A microphone that hears a tone of 440 Hz, and how loud the loudspeaker is.</summary>
        sealed class Tone
        {
            readonly InputStream microphone;
            readonly OutputStream loudspeaker;
            readonly Stopwatch clock = Stopwatch.StartNew();
            readonly float[] said = new float[Rate / 100];
            readonly float[] heard = new float[2 * Rate / 100];
            long blocks;
            double phase;

            public Tone(InputStream microphone, OutputStream loudspeaker)
            {
                this.microphone = microphone;
                this.loudspeaker = loudspeaker;
            }

            /// <summary>The loudest sample of the last block.</summary>
            public float Heard { get; private set; }

            /// <summary>As many blocks of 10 ms as time has passed.</summary>
            public void PlayAndHear()
            {
                for (; blocks < clock.ElapsedMilliseconds / 10; blocks++)
                {
                    for (int sample = 0; sample < said.Length; sample++)
                    {
                        said[sample] = (float)(0.3 * Math.Sin(phase += 2 * Math.PI * 440 / Rate));
                    }
                    microphone.Push(said, 1, Rate);
                    loudspeaker.Pull(heard, 2, Rate);
                    Heard = 0;
                    foreach (float sample in heard) Heard = Math.Max(Heard, Math.Abs(sample));
                }
            }
        }
    }
}
