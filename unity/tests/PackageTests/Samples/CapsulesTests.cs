using Consonance.Tests;
using Consonance.Unity.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Samples.Tests
{
    /// <summary>The sample "Two capsules".</summary>
    static class CapsulesTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("offline_the_other_capsule_repeats_what_is_said_from_its_side", Offline);
            suite.Add("a_capsule_walks_and_turns_with_its_keys", Walk);
            suite.Add("two_capsules_hear_each_other_from_where_they_stand", () => Talk(address));
            suite.Add("a_capsule_goes_when_its_player_leaves_and_when_the_chat_ends", () => Leave(address));
            suite.Add("texts_that_are_no_places_are_passed_over", Texts);
        }

        static void Offline()
        {
            using (SampleGame game = SampleGame.Play("capsules", "offline:", "Alice"))
            {
                game.Stage.MicrophoneHz = 440;
                float left = 0, right = 0;
                game.Stage.Until("Loopback on the right", () =>
                {
                    game.Peak("Loopback", out left, out right);
                    return right > 0.02 && right > 1.5f * left;
                });
                VoicePlayer other = SampleGame.Avatar("Loopback");
                Suite.AreEqual(Color.green, other.GetComponent<Renderer>().material.color, "colour");
                Suite.Require(Vector3.Distance(other.transform.position, new Vector3(3, 1, 3)) < 0.1f, "it has moved");
                Stage.RequireNoErrors();
            }
        }

        static void Walk()
        {
            using (SampleGame game = SampleGame.Play("capsules", "offline:", "Alice"))
            {
                game.Stage.Until("the capsule", () => SampleGame.Avatar("Alice") != null);
                Transform own = SampleGame.Avatar("Alice").transform;
                Hold(game, KeyCode.W, () => own.position.z > 1);
                Hold(game, KeyCode.D, () => own.forward.x > 0.9f);
                Hold(game, KeyCode.W, () => own.position.x > 1);
                Hold(game, KeyCode.S, () => own.position.x < 0.5f);
                Hold(game, KeyCode.A, () => own.forward.x < 0.5f);
                Transform ears = Object.FindObjectOfType<AudioListener>().transform;
                Suite.Require(Vector3.Distance(ears.position, own.position) < 1, "the ears have stayed behind");
            }
        }

        static void Hold(SampleGame game, KeyCode key, System.Func<bool> until)
        {
            StubInput.Press(key);
            game.Stage.Until(key + " works", until);
            StubInput.Release(key);
            game.Stage.For(0.1);
        }

        static void Talk(string address)
        {
            using (OtherGame bob = new OtherGame("capsules", address, "Bob"))
            using (SampleGame game = SampleGame.Play("capsules", address, "Alice"))
            {
                game.Stage.MicrophoneHz = 440;
                bob.ListenTo("Alice");
                game.Stage.Until("Bob hears Alice", () => bob.Heard > 0.02);
                game.Stage.MicrophoneHz = 0;
                // He turns to the left and walks away.
                bob.Say(440);
                bob.Press(KeyCode.A);
                game.Stage.For(0.75);
                bob.Release(KeyCode.A);
                bob.Press(KeyCode.W);
                game.Stage.Until("Bob is on the left", () =>
                {
                    VoicePlayer avatar = SampleGame.Avatar("Bob");
                    return avatar != null && avatar.transform.position.x < -4;
                });
                bob.Release(KeyCode.W);
                float left = 0, right = 0;
                game.Peak("Bob", out left, out right);
                game.Stage.Until("he is heard there", () =>
                {
                    game.Peak("Bob", out left, out right);
                    // On a slow machine he turns by more than the quarter.
                    return left > 0.005 && left > 1.2f * right;
                });
                Stage.RequireNoErrors();
            }
        }

        static void Leave(string address)
        {
            using (SampleGame game = SampleGame.Play("capsules", address, "Alice"))
            {
                using (Actor bob = new Actor(address, "Bob"))
                {
                    game.Stage.Until("Bob's capsule", () =>
                    {
                        bob.Frame();
                        return SampleGame.Avatar("Bob") != null;
                    });
                }
                game.Stage.Until("it has gone", () => SampleGame.Avatar("Bob") == null);
                ConsonanceVoice.Current.StopChat();
                game.Stage.Until("Alice's has, too", () => SampleGame.Avatar("Alice") == null);
                ConsonanceVoice.Current.StartChat();
                game.Stage.Until("it is there again", () => SampleGame.Avatar("Alice") != null);
                game.Stage.Loop.LoadScene("Next", () => { });
                game.Stage.For(0.2);
                Suite.Require(SampleGame.Avatar("Alice") == null, "a capsule in the next scene");
                using (Actor carol = new Actor(address, "Carol"))
                {
                    VoiceChat chat = ConsonanceVoice.Current.Chat;
                    game.Stage.Until("Carol is here", () =>
                    {
                        carol.Frame();
                        return chat.FindPlayer("Carol") != null;
                    });
                }
                Suite.Require(SampleGame.Avatar("Carol") == null, "a capsule in the next scene");
                Stage.RequireNoErrors();
            }
        }

        static void Texts()
        {
            Vector3 place;
            Suite.Require(Consonance.Samples.Capsules.PlaceTexts.TryRead("place 1.50 -2.25", out place), "a place");
            Suite.AreEqual(new Vector3(1.5f, 1, -2.25f), place, "place");
            foreach (string text in new[] { "hello", "place", "place 1", "place 1 2 3", "place 1 NaN", "place 1e9 0" })
            {
                Suite.Require(!Consonance.Samples.Capsules.PlaceTexts.TryRead(text, out place), text);
                Suite.Require(!Consonance.Samples.Radio.PlaceTexts.TryRead(text, out place), text);
            }
        }
    }
}
