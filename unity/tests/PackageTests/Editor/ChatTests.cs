using System;
using Consonance.Tests;
using Consonance.Unity.Tests;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor.Tests
{
    /// <summary>The inspector of a chat that runs.</summary>
    static class ChatTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("a_running_chat_shows_its_connection_and_the_microphone", () => Running(address));
            suite.Add("offline_it_shows_the_player_that_repeats", Offline);
            suite.Add("a_player_has_a_row_with_its_level", () => Row(address));
            suite.Add("a_player_is_muted_by_its_button", () => MutePlayer(address));
            suite.Add("why_a_player_is_not_heard_is_asked_again_each_second", () => Why(address));
            suite.Add("a_chat_is_stopped_started_and_muted_by_buttons", () => Buttons(address));
            suite.Add("what_could_not_start_shows_why", CannotStart);
            suite.Add("an_inspector_is_drawn_ten_times_a_second_until_it_is_closed", () => Repaints(address));
            suite.Add("a_member_of_an_encrypted_session_is_verified_by_its_button", Members);
            suite.Add("of_many_players_the_first_have_rows", () => Many(address));
        }

        /// <summary>Runs editor and game until the inspector, drawn again in each frame, shows something.</summary>
        internal static void Until(Stage stage, Inspector inspector, string part)
        {
            stage.Until(part, () =>
            {
                EditorStartUp.Tick();
                inspector.Draw();
                return inspector.Shows(part);
            });
        }

        static ConsonanceVoice Begin(Stage stage)
        {
            stage.Loop.Play(() =>
            {
                stage.Voice("Alice");
                Stage.Listener();
            });
            return ConsonanceVoice.Current;
        }

        static void Running(string address)
        {
            using (Stage stage = new Stage(address))
            {
                stage.Player("Bob");
                using (Inspector inspector = new Inspector(Begin(stage)))
                {
                    Until(stage, inspector, "label: Connection: Connected");
                    inspector.Require("label: Player: Alice");
                    inspector.Require("label: Transport: UDP");
                    inspector.Require("label: Packet loss: ");
                    inspector.Require("label: Changes of these fields take effect with the next start");
                    stage.MicrophoneHz = 440;
                    Until(stage, inspector, "progress: Microphone: heard by others");
                }
                Stage.RequireNoErrors();
            }
        }

        static void Offline()
        {
            using (Stage stage = new Stage("offline:"))
            using (Inspector inspector = new Inspector(Begin(stage)))
            {
                stage.MicrophoneHz = 440;
                Until(stage, inspector, "progress: Loopback: speaks");
                inspector.Require("label: Transport: none: offline");
                Stage.RequireNoErrors();
            }
        }

        static void Row(string address)
        {
            using (Stage stage = new Stage(address))
            {
                using (Inspector inspector = new Inspector(Begin(stage)))
                {
                    Until(stage, inspector, "label: Connection: Connected");
                    inspector.Require("label: Players: no others");
                    Actor bob = stage.Player("Bob");
                    Until(stage, inspector, "label: Players: 1 others");
                    inspector.Require("progress: Bob");
                    bob.ToneHz = 440;
                    Until(stage, inspector, "progress: Bob: speaks");
                    bob.ToneHz = 0;
                }
            }
        }

        static void MutePlayer(string address)
        {
            using (Stage stage = new Stage(address))
            {
                stage.Player("Bob");
                ConsonanceVoice voice = Begin(stage);
                using (Inspector inspector = new Inspector(voice))
                {
                    Until(stage, inspector, "progress: Bob");
                    inspector.Press("Mute");
                    Until(stage, inspector, "(muted here)");
                    Player bob = voice.Chat.FindPlayer("Bob");
                    Suite.Require(bob.IsMuted, "not muted");
                    inspector.Press("Unmute");
                    stage.Until("unmuted", () => !bob.IsMuted);
                }
            }
        }

        static void Why(string address)
        {
            using (Stage stage = new Stage(address))
            {
                stage.Player("Bob");
                stage.Player("Carol");
                ConsonanceVoice voice = Begin(stage);
                using (Inspector inspector = new Inspector(voice))
                {
                    Until(stage, inspector, "label: Players: 2 others");
                    inspector.RequireNot("none: ");
                    int number = voice.Chat.Players[0].Name == "Bob" ? 0 : 1;
                    inspector.Press("Why", number);
                    inspector.Draw();
                    inspector.Require("hear Bob");
                    voice.Chat.FindPlayer("Bob").IsMuted = true;
                    inspector.Draw();
                    inspector.RequireNot("has muted Bob");
                    Until(stage, inspector, "has muted Bob");
                    inspector.Press("Why", number);
                    inspector.Draw();
                    inspector.RequireNot("none: ");
                }
            }
        }

        static void Buttons(string address)
        {
            using (Stage stage = new Stage(address))
            {
                ConsonanceVoice voice = Begin(stage);
                using (Inspector inspector = new Inspector(voice))
                {
                    Until(stage, inspector, "label: Connection: Connected");
                    inspector.Press("Mute me");
                    Suite.Require(voice.Chat.IsMuted, "not muted");
                    Until(stage, inspector, "progress: Microphone: muted");
                    inspector.Press("Unmute me");
                    inspector.Press("Mute all others");
                    Suite.Require(!voice.Chat.IsMuted && voice.Chat.IsDeafened, "deafened");
                    inspector.Press("Stop");
                    Suite.Require(voice.Chat == null, "it goes on");
                    inspector.Draw();
                    inspector.Require("label: Connection: Stopped");
                    inspector.Press("Start");
                    Until(stage, inspector, "label: Connection: Connected");
                }
                Stage.RequireNoErrors();
            }
        }

        static void CannotStart()
        {
            using (Stage stage = new Stage("nowhere"))
            {
                ConsonanceVoice voice = Begin(stage);
                stage.For(0.1);
                using (Inspector inspector = new Inspector(voice))
                {
                    inspector.Require("label: Connection: Stopped");
                    inspector.Require("error: ");
                    inspector.Require("nowhere");
                }
            }
        }

        static void Repaints(string address)
        {
            using (Stage stage = new Stage(address))
            {
                ConsonanceVoice voice = Begin(stage);
                Inspector inspector = new Inspector(voice);
                EditorStartUp.Tick();
                int before = inspector.Repaints;
                for (int frame = 0; frame < 120; frame++) Frame(stage);
                int asked = inspector.Repaints - before;
                Suite.Require(asked >= 16 && asked <= 20, asked + " drawings in 2 s");
                inspector.Dispose();
                before = inspector.Repaints;
                for (int frame = 0; frame < 60; frame++) Frame(stage);
                Suite.AreEqual(before, inspector.Repaints, "drawings of a closed inspector");
            }
        }

        static void Frame(Stage stage)
        {
            stage.Loop.RunFrame(1 / 60.0);
            EditorStartUp.Tick();
        }

        static void Members()
        {
            VoiceHostSettings hosting = new VoiceHostSettings { Listen = "127.0.0.1:0", Encryption = SessionEncryption.Required };
            using (VoiceHost host = VoiceHost.Start(hosting))
            using (Stage stage = new Stage(host.Address))
            {
                stage.Player("Bob");
                ConsonanceVoice voice = Begin(stage);
                using (Inspector inspector = new Inspector(voice))
                {
                    Until(stage, inspector, "label: Encryption: on, 2 members can hear");
                    string words = voice.GetEncryption().SafetyNumber.ToString();
                    inspector.Require("label: Safety number of all: " + words);
                    inspector.Require("label: Bob: " + words + " (");
                    inspector.RequireNot("(verified)");
                    inspector.Press("Verify");
                    Until(stage, inspector, "label: Bob: " + words + " (verified)");
                    inspector.RequireNot("button: Verify");
                }
                Stage.RequireNoErrors();
            }
        }

        static void Many(string address)
        {
            using (Stage stage = new Stage(address))
            {
                for (int number = 0; number < 34; number++) stage.Player(Quiet(address, number));
                using (Inspector inspector = new Inspector(Begin(stage)))
                {
                    Until(stage, inspector, "label: Players: 34 others");
                    Suite.AreEqual(33, Inspector.Of("progress").Count, "rows and the microphone's");
                    inspector.Require("label: and 2 more");
                }
            }
        }

        static VoiceChatSettings Quiet(string address, int number)
        {
            return new VoiceChatSettings(address) { Name = "Player " + number };
        }
    }
}
