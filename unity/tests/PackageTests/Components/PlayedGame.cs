using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// A game of the package that another program's test plays with: it speaks a recording into Unity's microphone, and
    /// writes down what its listener hears, until its input ends.
    /// </summary>
    internal static class PlayedGame
    {
        const int SampleRateHz = 48000;
        const int HeaderBytes = 44;
        const double StepSeconds = 0.1;

        /// <param name="arguments">An address, the player's name, and two WAV files at 48 kHz with 16 bits: what it says, or "-", and
        /// what it hears.</param>
        internal static int Play(string[] arguments)
        {
            short[] said = arguments[2] == "-" ? new short[0] : Samples(File.ReadAllBytes(arguments[2]));
            List<short> heard = new List<short>();
            bool isOver = false;
            Thread input = new Thread(() =>
            {
                Console.In.ReadToEnd();
                Volatile.Write(ref isOver, true);
            }) { IsBackground = true };
            using (Stage stage = new Stage(arguments[0]))
            {
                int next = 0;
                StubMicrophone.Source = block =>
                {
                    for (int sample = 0; sample < block.Length; sample++)
                    {
                        block[sample] = said.Length == 0 ? 0 : said[next++ % said.Length] / 32768f;
                    }
                };
                stage.Loop.Play(() =>
                {
                    stage.Voice(arguments[1]).ChatStarted += chat =>
                    {
                        chat.PlayersSynced += () => Console.WriteLine("players_synced");
                    };
                    Stage.Listener();
                });
                input.Start();
                while (!Volatile.Read(ref isOver))
                {
                    stage.For(StepSeconds);
                    Keep(stage.Loop.Audio.TakeMix(), heard);
                }
            }
            Write(arguments[3], heard);
            return LogRecord.Errors.Length == 0 ? 0 : 1;
        }

        static short[] Samples(byte[] file)
        {
            short[] samples = new short[(file.Length - HeaderBytes) / 2];
            Buffer.BlockCopy(file, HeaderBytes, samples, 0, 2 * samples.Length);
            return samples;
        }

        /// <summary>The left channel.</summary>
        static void Keep(float[] stereo, List<short> heard)
        {
            for (int sample = 0; sample < stereo.Length; sample += 2)
            {
                heard.Add((short)(Math.Max(-1, Math.Min(1, stereo[sample])) * short.MaxValue));
            }
        }

        static void Write(string file, List<short> samples)
        {
            using (BinaryWriter writer = new BinaryWriter(File.Create(file)))
            {
                int bytes = 2 * samples.Count;
                Text(writer, "RIFF");
                writer.Write(HeaderBytes - 8 + bytes);
                Text(writer, "WAVEfmt ");
                writer.Write(16);
                writer.Write((short)1);
                writer.Write((short)1);
                writer.Write(SampleRateHz);
                writer.Write(2 * SampleRateHz);
                writer.Write((short)2);
                writer.Write((short)16);
                Text(writer, "data");
                writer.Write(bytes);
                foreach (short sample in samples) writer.Write(sample);
            }
        }

        static void Text(BinaryWriter writer, string text)
        {
            foreach (char letter in text) writer.Write((byte)letter);
        }
    }
}
