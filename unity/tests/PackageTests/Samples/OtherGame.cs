using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Threading;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Samples.Tests
{
    /// <summary>The same sample in a process of its own, as another player's: it does what is written to it.</summary>
    internal sealed class OtherGame : IDisposable
    {
        const int PatienceMs = 20000;

        readonly Process process;
        // How loud it has heard the player that it was told to listen to.
        float heard;

        /// <summary>Plays a sample.</summary>
        internal OtherGame(string sample, string address, string name)
        {
            List<string> command = Own();
            command.AddRange(new[] { Argument, sample, address, name });
            ProcessStartInfo start = new ProcessStartInfo(command[0])
            {
                UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
                Arguments = "\"" + string.Join("\" \"", command.GetRange(1, command.Count - 1).ToArray()) + "\"",
            };
            process = Process.Start(start);
            process.OutputDataReceived += (sender, line) => Read(line.Data);
            process.BeginOutputReadLine();
        }

        /// <summary>The first argument of such a process.</summary>
        internal const string Argument = "other-game";

        /// <summary>How this program was started: by which runtime, with which options.</summary>
        static List<string> Own()
        {
            string program = Assembly.GetExecutingAssembly().Location;
            List<string> command = new List<string>();
            foreach (string part in File.ReadAllText("/proc/self/cmdline").Split('\0'))
            {
                command.Add(part);
                if (Path.GetFileName(part) == Path.GetFileName(program)) return command;
            }
            throw new InvalidOperationException("this program is not in its own command line");
        }

        internal float Heard
        {
            get { return Volatile.Read(ref heard); }
        }

        void Read(string line)
        {
            float value;
            if (line != null && float.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            {
                Volatile.Write(ref heard, value);
            }
        }

        /// <summary>Presses a key.</summary>
        internal void Press(KeyCode key)
        {
            process.StandardInput.WriteLine("press " + (int)key);
        }

        internal void Release(KeyCode key)
        {
            process.StandardInput.WriteLine("release " + (int)key);
        }

        /// <summary>Has its microphone hear a tone, in Hz; 0 for silence.</summary>
        internal void Say(int toneHz)
        {
            process.StandardInput.WriteLine("tone " + toneHz);
        }

        /// <summary>Has it tell from now on how loud it hears a player, see <see cref="Heard"/>.</summary>
        internal void ListenTo(string name)
        {
            process.StandardInput.WriteLine("listen " + name);
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(PatienceMs)) process.Kill();
            process.Dispose();
        }

        /// <summary>What the other process does, until its input ends.</summary>
        internal static int Run(string[] arguments)
        {
            Queue<string> commands = new Queue<string>();
            Thread reader = new Thread(() => ReadCommands(commands)) { IsBackground = true };
            reader.Start();
            string listensTo = "";
            using (SampleGame game = SampleGame.Play(arguments[1], arguments[2], arguments[3]))
            {
                while (true)
                {
                    game.Stage.For(0.05);
                    Console.WriteLine(game.Peak(listensTo).ToString("F4", CultureInfo.InvariantCulture));
                    lock (commands)
                    {
                        while (commands.Count > 0)
                        {
                            string command = commands.Dequeue();
                            if (command == null) return 0;
                            string[] words = command.Split(' ');
                            if (words[0] == "listen") listensTo = words[1];
                            else Do(game, words[0], int.Parse(words[1]));
                        }
                    }
                }
            }
        }

        static void ReadCommands(Queue<string> commands)
        {
            string line;
            do
            {
                line = Console.In.ReadLine();
                lock (commands) commands.Enqueue(line);
            }
            while (line != null);
        }

        static void Do(SampleGame game, string command, int number)
        {
            if (command == "tone") game.Stage.MicrophoneHz = number;
            else if (command == "press") StubInput.Press((KeyCode)number);
            else StubInput.Release((KeyCode)number);
        }
    }
}
