using Consonance.Tests;
using Consonance.Unity.Tests;
using ConsonanceStubs;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor.Tests
{
    /// <summary>The inspectors of the other components in play mode.</summary>
    static class ComponentTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("an_avatar_shows_its_players_level_and_why_it_is_not_heard", () => Avatar(address));
            suite.Add("an_avatar_of_this_player_shows_its_microphone", () => OwnAvatar(address));
            suite.Add("a_room_trigger_shows_its_states", () => Trigger(address));
            suite.Add("proximity_shows_how_many_players_are_in_its_room", () => Proximity(address));
            suite.Add("push_to_talk_is_pressed_from_its_inspector", () => Key(address));
            suite.Add("a_tap_shows_its_rate_and_whether_there_is_a_voice", () => Tap(address));
        }

        static void Avatar(string address)
        {
            using (Stage stage = new Stage(address))
            {
                VoicePlayer avatar = null;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice");
                    Stage.Listener();
                    avatar = Stage.Avatar("Bob", Vector3.zero);
                });
                using (Inspector inspector = new Inspector(avatar))
                {
                    inspector.Require("label: Player: not in the session");
                    VoiceChatSettings settings = Actor.InLobby(address, "Bob");
                    settings.SpeakRooms.Clear();
                    Actor bob = stage.Player(settings);
                    ChatTests.Until(stage, inspector, "progress: Bob");
                    inspector.Require("label: Speaking: no");
                    bob.Chat.Room("lobby").Speak(new ChannelSettings { Positional = true });
                    bob.ToneHz = 440;
                    ChatTests.Until(stage, inspector, "label: Speaking: yes");
                    ChatTests.Until(stage, inspector, "label: Positional: yes");
                    inspector.Press("Why is it not heard?");
                    inspector.Draw();
                    inspector.Require("hear Bob");
                }
                Stage.RequireNoErrors();
            }
        }

        static void OwnAvatar(string address)
        {
            using (Stage stage = new Stage(address))
            {
                VoicePlayer avatar = null;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice");
                    avatar = Stage.Avatar("Alice", Vector3.zero);
                });
                using (Inspector inspector = new Inspector(avatar))
                {
                    ChatTests.Until(stage, inspector, "progress: Alice (this player)");
                    inspector.RequireNot("button: ");
                }
            }
        }

        static void Trigger(string address)
        {
            using (Stage stage = new Stage(address))
            {
                VoiceRoomTrigger cave = null;
                GameObject body = null;
                stage.MicrophoneHz = 440;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice");
                    cave = new GameObject("Cave").AddComponent<VoiceRoomTrigger>();
                    cave.gameObject.AddComponent<BoxCollider>().isTrigger = true;
                    cave.OnlyInside = true;
                    body = Stage.Avatar("Alice", new Vector3(20, 0, 0)).gameObject;
                    body.AddComponent<BoxCollider>();
                });
                stage.Until("joined", () => ConsonanceVoice.Current.Chat.Connection == ConnectionState.Connected);
                using (Inspector inspector = new Inspector(cave))
                {
                    inspector.Require("label: Inside: no");
                    inspector.Require("label: Listening: no");
                    body.transform.position = Vector3.zero;
                    ChatTests.Until(stage, inspector, "label: Inside: yes");
                    ChatTests.Until(stage, inspector, "label: Speaking: yes");
                    inspector.Require("label: Listening: yes");
                    cave.OnlyInside = false;
                    inspector.Draw();
                    inspector.RequireNot("label: Inside");
                }
            }
        }

        static void Proximity(string address)
        {
            using (Stage stage = new Stage(address))
            {
                VoiceChatSettings settings = Actor.InLobby(address, "Bob");
                settings.ListenRooms.Add("world");
                stage.Player(settings);
                VoiceProximity world = null;
                stage.Loop.Play(() =>
                {
                    world = stage.Voice("Alice").gameObject.AddComponent<VoiceProximity>();
                    Stage.Listener();
                });
                using (Inspector inspector = new Inspector(world))
                {
                    ChatTests.Until(stage, inspector, "label: Players in the room: 2");
                    inspector.Require("label: Speaking: ");
                }
            }
        }

        static void Key(string address)
        {
            using (Stage stage = new Stage(address))
            {
                PushToTalk push = null;
                stage.Loop.Play(() => push = stage.Voice("Alice").gameObject.AddComponent<PushToTalk>());
                stage.For(0.2);
                using (Inspector inspector = new Inspector(push))
                {
                    inspector.Require("label: Pressed: no");
                    StubInput.Press(KeyCode.V);
                    ChatTests.Until(stage, inspector, "label: Pressed: yes");
                    StubInput.Release(KeyCode.V);
                    ChatTests.Until(stage, inspector, "label: Pressed: no");
                    inspector.Press("Press it from here");
                    ChatTests.Until(stage, inspector, "label: Pressed: yes");
                    Suite.Require(push.IsPressed && ConsonanceVoice.Current.Chat.PushToTalk, "not pressed");
                }
            }
        }

        static void Tap(string address)
        {
            using (Stage stage = new Stage(address))
            {
                VoiceTap tap = null;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice");
                    tap = Stage.Avatar("Bob", Vector3.zero).gameObject.AddComponent<VoiceTap>();
                });
                using (Inspector inspector = new Inspector(tap))
                {
                    inspector.Require("label: Samples: 48000 Hz, mono");
                    inspector.Require("label: Voice: not yet");
                    stage.Player("Bob");
                    ChatTests.Until(stage, inspector, "label: Voice: yes");
                }
            }
        }
    }
}
