using System;
using Consonance.Tests;
using Consonance.Unity.Tests;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor.Tests
{
    /// <summary>Hints at what is missing.</summary>
    static class HintTests
    {
        public static void Add(Suite suite)
        {
            suite.Add("a_chat_that_is_set_up_has_no_hints", SetUp);
            suite.Add("a_chat_hints_at_what_is_missing", Chat);
            suite.Add("a_hint_goes_within_a_second_and_asks_to_be_drawn", Goes);
            suite.Add("rooms_without_a_name_and_without_a_use_are_found", Rooms);
            suite.Add("an_avatar_hints_at_its_audio_source", Avatar);
            suite.Add("a_room_trigger_hints_at_its_collider", Trigger);
            suite.Add("components_hint_at_a_chat_that_is_not_there", NoChat);
            suite.Add("a_tap_hints_at_voices_that_unity_does_not_play", Tap);
        }

        /// <summary>Draws what a component shows at first.</summary>
        static void Show(MonoBehaviour component, Action<Inspector> check)
        {
            using (Inspector inspector = new Inspector(component)) check(inspector);
        }

        static ConsonanceVoice Voice()
        {
            ConsonanceVoice voice = new GameObject("Chat").AddComponent<ConsonanceVoice>();
            voice.Address = "quic://127.0.0.1:7777/main";
            return voice;
        }

        static void RequireNoHint(Inspector inspector)
        {
            foreach (string kind in new[] { "error: ", "warning: ", "info: " }) inspector.RequireNot(kind);
        }

        static void SetUp()
        {
            using (new Stage("offline:"))
            {
                Stage.Listener();
                Show(Voice(), RequireNoHint);
                VoicePlayer avatar = Stage.Avatar("Bob", Vector3.zero);
                avatar.gameObject.AddComponent<AudioSource>().spatialBlend = 1;
                Show(avatar, RequireNoHint);
                Show(new GameObject("Radio").AddComponent<VoiceRoomTrigger>(), RequireNoHint);
                Show(new GameObject("World").AddComponent<VoiceProximity>(), RequireNoHint);
                Show(new GameObject("Key").AddComponent<PushToTalk>(), RequireNoHint);
            }
        }

        static void Chat()
        {
            using (new Stage("offline:"))
            {
                ConsonanceVoice voice = Voice();
                voice.Address = "";
                voice.Password = "secret";
                voice.Activation = Activation.PushToTalk;
                voice.transform.SetParent(new GameObject("Parent").transform, false);
                Show(voice, inspector =>
                {
                    inspector.Require("error: No address");
                    inspector.Require("warning: No AudioListener");
                    inspector.Require("warning: It ends with its scene");
                    inspector.Require("info: The scene file has the password");
                    inspector.Require("info: The player is not heard until the game sets PushToTalk");
                });
                new GameObject("Key").AddComponent<PushToTalk>();
                voice.Playback = Playback.Loudspeaker;
                voice.Address = "offline:";
                Show(voice, inspector =>
                {
                    inspector.Require("info: Offline");
                    inspector.RequireNot("No AudioListener");
                    inspector.RequireNot("until the game sets PushToTalk");
                });
            }
        }

        static void Goes()
        {
            using (Stage stage = new Stage("offline:"))
            {
                ConsonanceVoice voice = Voice();
                using (Inspector inspector = new Inspector(voice))
                {
                    inspector.Require("warning: No AudioListener");
                    EditorStartUp.Tick();
                    int repaints = inspector.Repaints;
                    Stage.Listener();
                    inspector.Draw();
                    inspector.Require("warning: No AudioListener");
                    stage.Loop.RunFrame(1.1);
                    EditorStartUp.Tick();
                    inspector.Draw();
                    inspector.RequireNot("No AudioListener");
                    Suite.AreEqual(repaints + 1, inspector.Repaints, "repaints");
                    stage.Loop.RunFrame(1.1);
                    EditorStartUp.Tick();
                    Suite.AreEqual(repaints + 1, inspector.Repaints, "repaints without a change");
                }
            }
        }

        static void Rooms()
        {
            using (new Stage("offline:"))
            {
                ConsonanceVoice voice = Voice();
                voice.ListenRooms.Clear();
                voice.SpeakRooms.Clear();
                Show(voice, inspector =>
                {
                    inspector.Require("info: Listens to no room");
                    inspector.Require("info: Speaks in no room");
                });
                new GameObject("World").AddComponent<VoiceProximity>();
                voice.SpeakRooms.Add("");
                Show(voice, inspector =>
                {
                    inspector.Require("error: A room has no name");
                    inspector.RequireNot("Listens to no room");
                });
            }
        }

        static void Avatar()
        {
            using (new Stage("offline:"))
            {
                Voice();
                VoicePlayer avatar = Stage.Avatar("", Vector3.zero);
                Show(avatar, inspector =>
                {
                    inspector.Require("info: No name");
                    inspector.Require("info: Adds an AudioSource");
                });
                AudioSource source = avatar.gameObject.AddComponent<AudioSource>();
                source.clip = AudioClip.Create("Steps", 480, 1, 48000, false);
                source.spatialize = true;
                Show(avatar, inspector =>
                {
                    inspector.Require("warning: The voice replaces the AudioSource's clip");
                    inspector.Require("info: The AudioSource's Spatial Blend is 0");
                    inspector.Require("warning: The spatializer works before filters");
                });
                avatar.Feed = VoiceFeed.Clip;
                Show(avatar, inspector => inspector.RequireNot("spatializer"));
            }
        }

        static void Trigger()
        {
            using (new Stage("offline:"))
            {
                Voice();
                VoiceRoomTrigger cave = new GameObject("Cave").AddComponent<VoiceRoomTrigger>();
                BoxCollider box = cave.gameObject.AddComponent<BoxCollider>();
                Show(cave, inspector => inspector.RequireNot("Only Inside"));
                cave.OnlyInside = true;
                Show(cave, inspector => inspector.Require("warning: Only Inside needs a collider"));
                box.isTrigger = true;
                Show(cave, inspector =>
                {
                    inspector.RequireNot("warning: ");
                    inspector.Require("info: Unity tells what is inside only if");
                });
                UnityEngine.Object.DestroyImmediate(box);
                GameObject part = new GameObject("Part");
                part.transform.SetParent(cave.transform, false);
                part.AddComponent<BoxCollider>().isTrigger = true;
                Show(cave, inspector => inspector.Require("warning: Only Inside needs a collider"));
                cave.gameObject.AddComponent<Rigidbody>();
                Show(cave, inspector => inspector.RequireNot("warning: "));
                cave.RoomName = "";
                Show(cave, inspector => inspector.Require("error: The room has no name"));
            }
        }

        static void NoChat()
        {
            using (new Stage("offline:"))
            {
                foreach (Type type in FieldTests.Components)
                {
                    if (!typeof(VoiceBehaviour).IsAssignableFrom(type)) continue;
                    MonoBehaviour component = (MonoBehaviour)new GameObject("It").AddComponent(type);
                    Show(component, inspector => inspector.Require("warning: No Consonance Voice"));
                }
            }
        }

        static void Tap()
        {
            using (new Stage("offline:"))
            {
                ConsonanceVoice voice = Voice();
                VoiceTap tap = new GameObject("Avatar").AddComponent<VoiceTap>();
                Show(tap, inspector => inspector.RequireNot("warning: "));
                voice.Playback = Playback.Loudspeaker;
                Show(tap, inspector => inspector.Require("warning: Has no samples"));
            }
        }
    }
}
