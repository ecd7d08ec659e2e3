using System;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace Consonance.Tests
{
    /// <summary>Moderators among the players, on a server of these tests alone, which wants join tokens.</summary>
    static class ModerationTests
    {
        public static void Add(Suite suite, string program)
        {
            suite.Add("a_moderator_does_all_that_moderators_can_and_the_player_is_told", () => Moderate(program));
            suite.Add("a_banned_player_does_not_come_back", () => Ban(program));
            suite.Add("what_a_moderator_cannot_do_is_answered", () => Refuse(program));
        }

        static void Moderate(string program)
        {
            using (TokenServer server = new TokenServer(program))
            using (Actor ann = new Actor(server.Settings("Ann", true)))
            using (Actor bob = new Actor(server.Settings("Bob", false)))
            {
                Action frame = Moderated(ann, bob);
                Player player = Known(ann, "Bob", frame);
                player.MuteForAll(60, "too loud");
                Suite.Until("Bob is muted", () => bob.Events.Contains("Restricted Muted"), frame);
                Suite.Until("it is answered", () => ann.Events.Contains("Mute Bob: Done"), frame);
                player.UnmuteForAll();
                Suite.Until("Bob is heard", () => bob.Events.Contains("Lifted Muted"), frame);
                player.Move("lobby", "jail", "");
                Suite.Until("Bob is moved", () => bob.Events.Contains("Moved lobby to jail"), frame);
                player.Move("lobby", "jail", "");
                Suite.Until("not twice", () => ann.Events.Contains("Move Bob: NotInRoom"), frame);
                player.Kick("enough");
                Suite.Until("Bob is out", () => bob.Events.Contains("ended: kicked"), frame);
                Suite.Until("it is answered", () => ann.Events.Contains("Kick Bob: Done"), frame);
            }
        }

        static void Ban(string program)
        {
            using (TokenServer server = new TokenServer(program))
            using (Actor ann = new Actor(server.Settings("Ann", true)))
            {
                using (Actor bob = new Actor(server.Settings("Bob", false)))
                {
                    Action frame = Moderated(ann, bob);
                    Known(ann, "Bob", frame).Ban(3600, "enough");
                    Suite.Until("Bob is out", () => bob.Events.Contains("ended: banned"), frame);
                    Suite.Until("it is answered", () => ann.Events.Contains("Ban Bob: Done"), frame);
                }
                string why = "";
                using (Actor bob = new Actor(server.Settings("Bob", false)))
                {
                    bob.Chat.Ended += end => why = end.Reason;
                    Action frame = TalkTests.Together(ann, bob);
                    Suite.Until("Bob stays out", () => bob.Events.Contains("ended: banned"), frame);
                }
                Suite.Require(why.Contains("banned") && why.Contains("enough"), why);
            }
        }

        static void Refuse(string program)
        {
            using (TokenServer server = new TokenServer(program))
            using (Actor ann = new Actor(server.Settings("Ann", true)))
            using (Actor bob = new Actor(server.Settings("Bob", false)))
            {
                Action frame = Moderated(ann, bob);
                Known(bob, "Ann", frame).Ban(0, "");
                Suite.Until("Bob may not", () => bob.Events.Contains("Ban Ann: NotModerator"), frame);
                Player player = Known(ann, "Bob", frame);
                try
                {
                    player.Ban(-1, "");
                }
                catch (ArgumentOutOfRangeException)
                {
                    return;
                }
                throw new TestFailure("a ban ended before it began");
            }
        }

        static Player Known(Actor actor, string name, Action frame)
        {
            Suite.Until(name + " is known", () => actor.Chat.FindPlayer(name) != null
                && actor.Chat.Room("lobby").Listeners.Count == 2, frame);
            return actor.Chat.FindPlayer(name);
        }

        static Action Moderated(params Actor[] actors)
        {
            foreach (Actor actor in actors)
            {
                Actor to = actor;
                to.Chat.Moderated += told => to.Events.Add(told.Action + " " + told.Player + ": " + told.Answer);
                to.Chat.OperatorDecided += told => to.Events.Add(told.Kind + " " + (told.Restriction.HasValue
                    ? told.Restriction.Value.ToString()
                    : told.FromRoom + " to " + told.Room));
            }
            return TalkTests.Together(actors);
        }
    }

    /// <summary>A server of the session "main" that admits players with join tokens only.</summary>
    sealed class TokenServer : IDisposable
    {
        const int PatienceMs = 30000;
        const string Before = "session \"main\" is open at ";

        readonly string program;
        readonly string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        readonly Process process;
        volatile string address;

        internal TokenServer(string program)
        {
            this.program = program;
            Directory.CreateDirectory(folder);
            Print("token keygen secret.jwk public.jwk");
            File.WriteAllText(Path.Combine(folder, "server.toml"),
                "listen = ['127.0.0.1:0']\n[joining]\ntoken_key_files = ['public.jwk']\n");
            process = Launch("serve --config server.toml");
            new Thread(Read) { IsBackground = true }.Start();
            Stopwatch watch = Stopwatch.StartNew();
            while (address == null)
            {
                bool isLate = watch.ElapsedMilliseconds > PatienceMs || process.HasExited;
                if (isLate) throw new TestFailure("the server does not start");
                Thread.Sleep(10);
            }
        }

        internal VoiceChatSettings Settings(string name, bool isModerator)
        {
            VoiceChatSettings settings = Actor.InLobby(address, name);
            string claims = " --session main --name " + name + (isModerator ? " --moderator" : "");
            settings.JoinToken = Print("token new --signing-key secret.jwk" + claims).Trim();
            return settings;
        }

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            Directory.Delete(folder, true);
        }

        void Read()
        {
            string line;
            while ((line = process.StandardOutput.ReadLine()) != null)
            {
                if (line.StartsWith(Before, StringComparison.Ordinal)) address = line.Substring(Before.Length);
            }
        }

        Process Launch(string arguments)
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                WorkingDirectory = folder,
            });
        }

        string Print(string arguments)
        {
            using (Process command = Launch(arguments))
            {
                string printed = command.StandardOutput.ReadToEnd();
                command.WaitForExit();
                if (command.ExitCode != 0) throw new TestFailure("consonance " + arguments + " failed");
                return printed;
            }
        }
    }
}
