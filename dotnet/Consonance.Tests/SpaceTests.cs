using System;

namespace Consonance.Tests
{
    /// <summary>Voices in the world, and an engine that places them itself.</summary>
    static class SpaceTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("a_voice_comes_from_where_its_player_is", () => Direction(address));
            suite.Add("a_voice_passes_the_effects_of_its_player_and_its_room", () => Effects(address));
            suite.Add("a_player_stream_has_one_voice_and_takes_it_out_of_the_mix", () => Stream(address));
        }

        static void Direction(string address)
        {
            VoiceChatSettings settings = Actor.InLobby(address, "Alice");
            settings.SpeakRooms.Clear();
            using (Actor alice = new Actor(settings))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = TalkTests.Together(alice, bob);
                alice.ToneHz = 440;
                alice.Chat.Room("lobby").Speak(new ChannelSettings { Positional = true });
                bob.Chat.SetHeadphones(false);
                bob.Chat.SetListener(0, 0, 0, 0, 0, 1, 0, 1, 0);
                Suite.Until("Alice is known", () => bob.Chat.FindPlayer("Alice") != null, frame);
                Player player = bob.Chat.FindPlayer("Alice");
                player.SetPosition(-2, 0, 0);
                Suite.Until("on the left", () => bob.HeardLeft > 0.02 && bob.HeardLeft > 2 * bob.HeardRight, frame);
                Suite.Require(player.IsPositional, "not positional");
                player.SetPosition(2, 0, 0);
                Suite.Until("on the right", () => bob.HeardRight > 0.02 && bob.HeardRight > 2 * bob.HeardLeft, frame);
                player.SetPosition(1000, 0, 0);
                Suite.Until("far away", () => bob.HeardRight < 0.01, frame);
            }
        }

        static void Effects(string address)
        {
            using (Actor alice = new Actor(address, "Alice"))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = TalkTests.Together(alice, bob);
                alice.ToneHz = 440;
                Suite.Until("Bob hears Alice", () => bob.HeardLeft > 0.1, frame);
                Player player = bob.Chat.FindPlayer("Alice");
                player.SetEffects("wall gain-db=-40 cutoff-hz=100");
                Suite.Until("nothing gets through", () => bob.HeardLeft < 0.01, frame);
                player.SetEffects(null);
                Suite.Until("Bob hears Alice again", () => bob.HeardLeft > 0.1, frame);
                bob.Chat.Room("lobby").SetEffects("wall gain-db=-40");
                Suite.Until("nothing gets through", () => bob.HeardLeft < 0.01, frame);
                Exception failure = Suite.Throws(VoiceError.Value, () => player.SetEffects("raido"));
                Suite.Require(failure.Message.Contains("walkie-talkie"), failure.Message);
            }
        }

        static void Stream(string address)
        {
            using (Actor alice = new Actor(address, "Alice"))
            using (Actor bob = new Actor(address, "Bob"))
            {
                alice.ToneHz = 440;
                Suite.Until("Bob hears Alice", () => bob.HeardLeft > 0.1, TalkTests.Together(alice, bob));
                float[] samples = new float[441];
                float peak = 0;
                using (OutputStream stream = bob.Chat.FindPlayer("Alice").OpenStream())
                {
                    Action frame = () =>
                    {
                        alice.Frame();
                        bob.Frame();
                        stream.Pull(samples, 1, 44100);
                        foreach (float sample in samples) peak = Math.Max(peak, sample);
                    };
                    Suite.Until("the stream has her", () => peak > 0.1 && bob.HeardLeft < 0.01, frame);
                }
                Suite.Until("back in the mix", () => bob.HeardLeft > 0.1, TalkTests.Together(alice, bob));
            }
        }
    }
}
