using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;

namespace Consonance.OutsideClient
{
    /// <summary>
    /// A player of the end-to-end test of clients of every kind: crates/e2e/src/clients/outside.rs says what it does.
    /// </summary>
    static class Program
    {
        const int Rate = 48000;
        const int BlockSamples = Rate / 100;
        const int BlockMs = 10;

        static volatile bool isOver;
        static int asked;

        static int Main()
        {
            // The words go as they are, and nothing else does: what a microphone makes of words is not compared here.
            VoiceSettings voice = VoiceSettings.Default;
            voice.Activation = Activation.PushToTalk;
            voice.Noise = NoiseSuppression.Off;
            voice.Echo = EchoCancelling.Off;
            voice.AutomaticGain = false;
            string room = Environment.GetEnvironmentVariable("ROOM");
            VoiceChatSettings settings = new VoiceChatSettings(Environment.GetEnvironmentVariable("CONSONANCE_ADDRESS"))
            {
                Name = Environment.GetEnvironmentVariable("PLAYER_NAME"),
                Sound = Sound.Engine,
                Voice = voice,
            };
            settings.ListenRooms.Add(room);
            settings.SpeakRooms.Add(room);
            float[] words = Samples(File.ReadAllBytes(Environment.GetEnvironmentVariable("WORDS")));
            new Thread(Listen) { IsBackground = true }.Start();
            using (VoiceChat chat = VoiceChat.Start(settings))
            using (InputStream microphone = chat.OpenEngineInput())
            using (OutputStream loudspeaker = chat.OpenEngineOutput())
            using (FileStream heard = File.Open(Environment.GetEnvironmentVariable("HEARD"), FileMode.Append))
            {
                bool hasEnded = false;
                chat.PlayersSynced += () => Say("ready");
                chat.Ended += end => hasEnded = true;
                Play(chat, microphone, loudspeaker, heard, words, () => isOver || hasEnded);
                return hasEnded ? 1 : 0;
            }
        }

        static void Play(
            VoiceChat chat, InputStream microphone, OutputStream loudspeaker, Stream heard, float[] words, Func<bool> isDone)
        {
            float[] spoken = new float[BlockSamples];
            float[] played = new float[2 * BlockSamples];
            byte[] bytes = new byte[4 * BlockSamples];
            int position = words.Length;
            Stopwatch clock = Stopwatch.StartNew();
            for (long block = 0; !isDone(); block++)
            {
                while (clock.ElapsedMilliseconds < block * BlockMs) Thread.Sleep(1);
                chat.Update();
                if (position >= words.Length && Interlocked.CompareExchange(ref asked, 0, 1) == 1) position = 0;
                bool isSpeaking = position < words.Length;
                for (int sample = 0; sample < BlockSamples; sample++, position++)
                {
                    spoken[sample] = position < words.Length ? words[position] : 0;
                }
                chat.PushToTalk = isSpeaking;
                microphone.Push(spoken, 1, Rate);
                if (isSpeaking && position >= words.Length) Say("said");
                loudspeaker.Pull(played, 2, Rate);
                for (int sample = 0; sample < BlockSamples; sample++)
                {
                    float mean = (played[2 * sample] + played[2 * sample + 1]) / 2;
                    BitConverter.GetBytes(mean).CopyTo(bytes, 4 * sample);
                }
                heard.Write(bytes, 0, bytes.Length);
                heard.Flush();
            }
        }

        static void Listen()
        {
            string line;
            while ((line = Console.In.ReadLine()) != null)
            {
                if (line.Trim() == "say") Interlocked.Exchange(ref asked, 1);
            }
            isOver = true;
        }

        static void Say(string line)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }

        /// <summary>Of a WAV file with one channel of 16 bits.</summary>
        static float[] Samples(byte[] wav)
        {
            for (int at = 12; at + 8 <= wav.Length;)
            {
                string name = Encoding.ASCII.GetString(wav, at, 4);
                int length = Math.Min(BitConverter.ToInt32(wav, at + 4), wav.Length - at - 8);
                at += 8;
                if (name == "data")
                {
                    float[] samples = new float[length / 2];
                    for (int sample = 0; sample < samples.Length; sample++)
                    {
                        samples[sample] = BitConverter.ToInt16(wav, at + 2 * sample) / 32768f;
                    }
                    return samples;
                }
                at += length;
            }
            throw new InvalidDataException("a WAV file without data");
        }
    }
}
