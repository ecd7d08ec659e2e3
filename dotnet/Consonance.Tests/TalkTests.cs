using System;
using System.IO;
using System.Threading;

namespace Consonance.Tests
{
    /// <summary>Players of a session on a server.</summary>
    static class TalkTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("two_players_hear_each_other", () => Talk(address));
            suite.Add("a_muted_player_is_not_heard", () => Mute(address));
            suite.Add("texts_reach_a_room_and_a_player", () => Texts(address));
            suite.Add("rooms_know_their_listeners", () => Rooms(address));
            suite.Add("a_whisper_is_heard_by_its_player_alone", () => Whisper(address));
            suite.Add("events_come_on_the_thread_of_update", () => Threads(address));
            suite.Add("voices_are_recorded", () => Record(address));
            suite.Add("push_to_talk_is_heard_while_the_key_is_pressed", () => PushToTalk(address));
        }

        static void Talk(string address)
        {
            using (Actor alice = new Actor(address, "Alice"))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = Together(alice, bob);
                alice.ToneHz = 440;
                Suite.Until("Bob hears Alice", () => bob.HeardLeft > 0.1, frame);
                Player player = bob.Chat.FindPlayer("Alice");
                Suite.Require(player.IsSpeaking && player.IsConnected && !player.IsLocal, "Alice's state");
                // It is that of the last block, which may be made up on a busy machine.
                Suite.Until("Alice's amplitude", () => player.Amplitude > 0.05, frame);
                Suite.Require(bob.Events.Contains("Alice speaks"), "no event");
                Suite.Require(alice.HeardLeft < 0.01, "Alice hears herself: " + alice.HeardLeft);
                Suite.AreEqual(1, bob.Chat.Players.Count, "players");
                Suite.Until("statistics", () => player.Statistics.Played > 0 && bob.Chat.Statistics.PacketsReceived > 0, frame);
                Suite.Require(player.Why().Contains("Alice"), player.Why());
                alice.Chat.Stop();
                Suite.Until("Alice has ended", () => alice.Chat.Connection == ConnectionState.Ended, frame);
                Suite.Until("Alice has left", () => bob.Events.Contains("Alice left"), frame);
                Suite.AreEqual(0, bob.Chat.Players.Count, "players");
                Suite.Require(!player.IsConnected && bob.Chat.FindPlayer("Alice") == null, "Alice is still here");
            }
        }

        static void Mute(string address)
        {
            using (Actor alice = new Actor(address, "Alice"))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = Together(alice, bob);
                alice.ToneHz = 440;
                Suite.Until("Bob hears Alice", () => bob.HeardLeft > 0.1, frame);
                Player player = bob.Chat.FindPlayer("Alice");
                player.IsMuted = true;
                Suite.Until("silence", () => bob.HeardLeft < 0.01, frame);
                Suite.Require(player.IsMuted && player.IsSpeaking, "muted here only");
                player.IsMuted = false;
                Suite.Until("sound again", () => bob.HeardLeft > 0.1, frame);
                bob.Chat.IsDeafened = true;
                Suite.Until("deafened", () => bob.HeardLeft < 0.01, frame);
                bob.Chat.IsDeafened = false;
                Suite.Until("sound again", () => bob.HeardLeft > 0.1, frame);
                player.SetNoiseGate(true);
                player.SetAutoVolume(false);
                Suite.Until("as loud as before", () => bob.HeardLeft > 0.1, frame);
                player.SetAutoVolume(null);
                player.SetNoiseGate(false);
                player.Volume = 0.25f;
                Suite.Until("a quarter", () => bob.HeardLeft < 0.12 && bob.HeardLeft > 0.04, frame);
                alice.Chat.IsMuted = true;
                Suite.Until("Alice is muted", () => bob.HeardLeft < 0.01 && !player.IsSpeaking, frame);
            }
        }

        static void Texts(string address)
        {
            using (Actor alice = new Actor(address, "Alice"))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = Together(alice, bob);
                Suite.Until("they know each other", () => alice.Chat.Players.Count == 1
                    && alice.Chat.Room("lobby").Listeners.Count == 2, frame);
                ulong number = alice.Chat.Room("lobby").SendText("größe \U0001F600");
                alice.Chat.FindPlayer("Bob").SendText("psst");
                Suite.Until("both texts", () => bob.Events.Contains("Alice to lobby: größe \U0001F600")
                    && bob.Events.Contains("Alice to : psst"), frame);
                Suite.Until("it was sent", () => alice.Events.Contains("text " + number + " sent to 1"), frame);
                alice.Chat.Room("lobby").SendText("[caption…] Bob: good ev");
                alice.Chat.Room("lobby").SendText("[caption] Bob: good evening");
                Suite.Until("captions", () => bob.Events.Contains("Bob by Alice to lobby: good evening"), frame);
                Suite.Require(bob.Events.Contains("Bob by Alice to lobby… good ev"), "a caption that is replaced");
            }
        }

        static void Rooms(string address)
        {
            using (Actor alice = new Actor(address, "Alice"))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = Together(alice, bob);
                Room cave = alice.Chat.Room("cave");
                bob.Chat.Room("cave").Listen();
                Suite.Until("Bob is in the cave", () => cave.Listeners.Count == 1, frame);
                Suite.AreEqual("Bob", cave.Listeners[0].Name, "listener");
                bob.Chat.Room("cave").StopListening();
                Suite.Until("Bob is out of the cave", () => cave.Listeners.Count == 0, frame);
                Suite.Require(alice.Events.IndexOf("Bob entered cave") < alice.Events.IndexOf("Bob exited cave"), "order");
            }
        }

        static void Whisper(string address)
        {
            using (Actor alice = new Actor(Silent(address, "Alice")))
            using (Actor bob = new Actor(address, "Bob"))
            using (Actor carol = new Actor(address, "Carol"))
            {
                Action frame = Together(alice, bob, carol);
                alice.ToneHz = 440;
                Suite.Until("all are here", () => alice.Chat.Players.Count == 2, frame);
                using (Channel whisper = alice.Chat.FindPlayer("Bob").Speak(new ChannelSettings { Amplitude = 0.5f }))
                {
                    Suite.Until("Bob hears it", () => bob.HeardLeft > 0.05, frame);
                    Suite.Require(whisper.IsOpen, "the channel is not open");
                    Suite.Require(carol.HeardLeft < 0.01, "Carol hears it: " + carol.HeardLeft);
                }
                Suite.Until("silence", () => bob.HeardLeft < 0.01, frame);
            }
        }

        static void Threads(string address)
        {
            int thread = Thread.CurrentThread.ManagedThreadId, other = 0;
            using (Actor alice = new Actor(address, "Alice"))
            {
                alice.Chat.PlayersSynced += () =>
                {
                    if (Thread.CurrentThread.ManagedThreadId != thread) other++;
                };
                Thread.Sleep(500);
                Suite.AreEqual(0, alice.Events.Count, "events without an update");
                Suite.Until("synced", () => alice.Events.Contains("synced"), alice.Frame);
            }
            Suite.AreEqual(0, other, "events on other threads");
        }

        static void Record(string address)
        {
            string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            using (Actor alice = new Actor(address, "Alice"))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = Together(alice, bob);
                alice.ToneHz = 440;
                using (bob.Chat.Record(folder))
                {
                    Suite.Until("Bob hears Alice", () => bob.HeardLeft > 0.1, frame);
                    Suite.ForFrames(50, frame);
                }
            }
            string[] files = Directory.GetFiles(folder, "*Alice*.wav");
            long length = files.Length == 1 ? new FileInfo(files[0]).Length : 0;
            Directory.Delete(folder, true);
            Suite.Require(length > 20000, files.Length + " files, " + length + " bytes");
        }

        static void PushToTalk(string address)
        {
            VoiceSettings voice = Actor.ForTones(VoiceSettings.Default);
            voice.Activation = Activation.PushToTalk;
            VoiceChatSettings settings = Actor.InLobby(address, "Alice");
            settings.Voice = voice;
            using (Actor alice = new Actor(settings))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = Together(alice, bob);
                alice.ToneHz = 440;
                Suite.Until("Bob is here", () => alice.Chat.Players.Count == 1, frame);
                Suite.ForFrames(50, frame);
                Suite.Require(bob.HeardLeft < 0.01, "heard without the key");
                alice.Chat.PushToTalk = true;
                Suite.Until("Bob hears Alice", () => bob.HeardLeft > 0.1, frame);
                alice.Chat.PushToTalk = false;
                Suite.Until("silence", () => bob.HeardLeft < 0.01, frame);
            }
        }

        static VoiceChatSettings Silent(string address, string name)
        {
            VoiceChatSettings settings = Actor.InLobby(address, name);
            settings.SpeakRooms.Clear();
            return settings;
        }

        internal static Action Together(params Actor[] actors)
        {
            return () =>
            {
                foreach (Actor actor in actors) actor.Frame();
            };
        }
    }
}
