using System.Reflection;
using Consonance.Tests;
using Consonance.Unity.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Samples.Tests
{
    /// <summary>The sample "Radio and proximity".</summary>
    static class RadioTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("nearby_players_hear_each_other_and_far_ones_by_radio", () => Talk(address));
            suite.Add("offline_the_other_player_repeats_what_is_said", Offline);
            suite.Add("what_a_sample_shows_on_the_screen_can_be_drawn", Screen);
        }

        static void Talk(string address)
        {
            using (OtherGame bob = new OtherGame("radio", address, "Bob"))
            using (SampleGame game = SampleGame.Play("radio", address, "Alice"))
            {
                bob.Say(440);
                game.Stage.Until("Bob is heard nearby", () => game.Peak("Bob") > 0.02);
                VoicePlayer avatar = SampleGame.Avatar("Bob");
                Suite.Require(avatar.Player.IsPositional, "not from his place");
                // A quarter beyond the 25 m, players that are heard go on to be heard.
                bob.Press(KeyCode.W);
                game.Stage.Until("he is 35 m away", () => avatar.transform.position.z > 35);
                bob.Release(KeyCode.W);
                game.Stage.Until("silence", () => !avatar.IsSpeaking);
                bob.Press(KeyCode.R);
                game.Peak("Bob");
                game.Stage.Until("he is heard by radio", () => game.Peak("Bob") > 0.02);
                Suite.Require(!avatar.Player.IsPositional, "from his place");
                bob.Release(KeyCode.R);
                game.Stage.Until("silence", () => !avatar.IsSpeaking);
                game.Stage.MicrophoneHz = 440;
                StubInput.Press(KeyCode.R);
                bob.ListenTo("Alice");
                game.Stage.Until("Bob hears Alice's radio", () => bob.Heard > 0.02);
                Stage.RequireNoErrors();
            }
        }

        static void Offline()
        {
            using (SampleGame game = SampleGame.Play("radio", "offline:", "Alice"))
            {
                game.Stage.MicrophoneHz = 440;
                game.Stage.Until("Loopback", () => game.Peak("Loopback") > 0.02);
                Stage.RequireNoErrors();
            }
        }

        static void Screen()
        {
            using (SampleGame game = SampleGame.Play("radio", "offline:", "Alice"))
            {
                game.Stage.MicrophoneHz = 440;
                game.Stage.Until("Loopback speaks", () => game.Peak("Loopback") > 0.02);
                Draw(Object.FindObjectOfType<Consonance.Samples.Radio.RadioAndProximity>());
                Suite.Require(GuiRecord.Contains("W, A, S, D to walk. Connected"), "no connection");
                Suite.Require(GuiRecord.Contains("heard nearby, R for the radio"), "no states");
                Suite.Require(GuiRecord.Contains("Loopback: nearby"), "no player");
            }
            using (SampleGame game = SampleGame.Play("capsules", "offline:", "Alice"))
            {
                game.Stage.Until("Loopback", () => SampleGame.Avatar("Loopback") != null);
                Draw(Object.FindObjectOfType<Consonance.Samples.Capsules.TwoCapsules>());
                Suite.Require(GuiRecord.Contains("Connected, 1 others"), "no state");
            }
        }

        /// <summary>What the engine calls to draw a script.</summary>
        static void Draw(MonoBehaviour script)
        {
            GuiRecord.Clear();
            MethodInfo method = script.GetType().GetMethod("OnGUI", BindingFlags.Instance | BindingFlags.NonPublic);
            method.Invoke(script, null);
        }
    }
}
