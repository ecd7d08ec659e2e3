using Consonance.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>Where and when the player of the game is heard.</summary>
    static class SpeakingTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("push_to_talk_speaks_while_its_key_is_pressed", () => Key(address));
            suite.Add("a_room_trigger_speaks_and_listens_inside_of_its_collider", () => Inside(address));
            suite.Add("a_room_trigger_speaks_while_its_key_is_pressed", () => RoomKey(address));
            suite.Add("a_room_trigger_forgets_what_was_destroyed_inside", () => DestroyedInside(address));
            suite.Add("proximity_is_heard_within_its_range", () => Proximity(address));
            suite.Add("a_chat_that_starts_again_has_the_channels_of_its_components", () => Again(address));
        }

        static void Key(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player("Bob");
                stage.MicrophoneHz = 440;
                PushToTalk push = null;
                stage.Loop.Play(() => push = stage.Voice("Alice").gameObject.AddComponent<PushToTalk>());
                stage.Until("Alice is here", () => bob.Events.Contains("Alice joined"));
                stage.For(0.5);
                Suite.Require(bob.HeardLeft < 0.01, "heard without the key");
                StubInput.Press(KeyCode.V);
                stage.Until("Bob hears Alice", () => bob.HeardLeft > 0.1);
                StubInput.Release(KeyCode.V);
                stage.Until("silence", () => bob.HeardLeft < 0.01);
                push.IsPressed = true;
                stage.Until("Bob hears Alice", () => bob.HeardLeft > 0.1);
                push.IsPressed = false;
                stage.Until("silence", () => bob.HeardLeft < 0.01);
                push.enabled = false;
                stage.Until("Bob hears Alice without a key again", () => bob.HeardLeft > 0.1);
                Stage.RequireNoErrors();
            }
        }

        /// <summary>A cave of 4 m around the origin.</summary>
        static VoiceRoomTrigger Cave()
        {
            GameObject cave = new GameObject("Cave");
            BoxCollider box = cave.AddComponent<BoxCollider>();
            box.size = new Vector3(4, 4, 4);
            box.isTrigger = true;
            VoiceRoomTrigger trigger = cave.AddComponent<VoiceRoomTrigger>();
            trigger.RoomName = "cave";
            trigger.OnlyInside = true;
            return trigger;
        }

        static GameObject Body(string name, Vector3 at)
        {
            GameObject body = Stage.Avatar(name, at).gameObject;
            body.AddComponent<BoxCollider>();
            return body;
        }

        static void Inside(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player(InCave(address));
                stage.MicrophoneHz = 440;
                GameObject body = null, other = null;
                VoiceRoomTrigger cave = null;
                stage.Loop.Play(() =>
                {
                    ConsonanceVoice voice = stage.Voice("Alice");
                    voice.SpeakRooms.Clear();
                    voice.ListenRooms.Clear();
                    cave = Cave();
                    body = Body("Alice", new Vector3(20, 0, 0));
                    other = Body("Bob", new Vector3(-20, 0, 0));
                });
                stage.Until("Alice is here", () => bob.Events.Contains("Alice joined"));
                other.transform.position = Vector3.zero;
                stage.For(0.3);
                Suite.Require(!cave.IsInside && !cave.IsListening && bob.HeardLeft < 0.01, "another player opens it");
                body.transform.position = Vector3.zero;
                stage.Until("Bob hears Alice", () => bob.HeardLeft > 0.1);
                Suite.Require(cave.IsInside && cave.IsListening && cave.IsSpeaking, "state");
                Suite.Require(bob.Events.Contains("Alice entered cave"), "she does not listen");
                body.transform.position = new Vector3(20, 0, 0);
                stage.Until("silence", () => bob.HeardLeft < 0.01 && bob.Events.Contains("Alice exited cave"));
                Stage.RequireNoErrors();
            }
        }

        static VoiceChatSettings InCave(string address)
        {
            VoiceChatSettings settings = Actor.InLobby(address, "Bob");
            settings.ListenRooms.Add("cave");
            return settings;
        }

        static void RoomKey(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player(InCave(address));
                stage.MicrophoneHz = 440;
                VoiceRoomTrigger radio = null;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice").SpeakRooms.Clear();
                    radio = new GameObject("Radio").AddComponent<VoiceRoomTrigger>();
                    radio.RoomName = "cave";
                    radio.Key = KeyCode.R;
                });
                stage.Until("Alice is here", () => bob.Events.Contains("Alice joined") && radio.IsListening);
                stage.For(0.3);
                Suite.Require(bob.HeardLeft < 0.01, "heard without the key");
                StubInput.Press(KeyCode.R);
                stage.Until("Bob hears Alice", () => bob.HeardLeft > 0.1);
                radio.enabled = false;
                stage.Until("silence", () => bob.HeardLeft < 0.01 && bob.Events.Contains("Alice exited cave"));
                Stage.RequireNoErrors();
            }
        }

        static void DestroyedInside(string address)
        {
            using (Stage stage = new Stage(address))
            {
                VoiceRoomTrigger cave = null;
                GameObject body = null;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice");
                    cave = Cave();
                    body = Body("Alice", Vector3.zero);
                });
                // The body may be there before its player is known: it enters once more when it moves.
                stage.Until("joined", () => ConsonanceVoice.Current.Chat.Connection == ConnectionState.Connected);
                body.transform.position = new Vector3(20, 0, 0);
                stage.For(0.1);
                body.transform.position = Vector3.zero;
                stage.Until("inside", () => cave.IsInside && cave.IsListening);
                UnityEngine.Object.Destroy(body);
                stage.Until("outside", () => !cave.IsInside && !cave.IsListening);
            }
        }

        static void Proximity(string address)
        {
            using (Stage stage = new Stage(address))
            {
                VoiceChatSettings settings = Actor.InLobby(address, "Bob");
                settings.ListenRooms.Add("world");
                settings.SharePosition = true;
                Actor bob = stage.Player(settings);
                bob.Chat.SetListener(0, 0, 0, 0, 0, 1, 0, 1, 0);
                stage.MicrophoneHz = 440;
                AudioListener ears = null;
                stage.Loop.Play(() =>
                {
                    ConsonanceVoice voice = stage.Voice("Alice");
                    voice.SpeakRooms.Clear();
                    voice.gameObject.AddComponent<VoiceProximity>();
                    ears = Stage.Listener();
                    ears.transform.position = new Vector3(100, 0, 0);
                });
                stage.Until("Alice is here", () => bob.Events.Contains("Alice entered world"));
                stage.For(0.5);
                Suite.Require(!bob.Events.Contains("Alice speaks"), "heard at 100 m");
                ears.transform.position = new Vector3(10, 0, 0);
                stage.Until("Bob hears Alice", () => bob.HeardLeft > 0.01);
                ears.transform.position = new Vector3(100, 0, 0);
                stage.Until("silence", () => bob.HeardLeft < 0.001);
                Stage.RequireNoErrors();
            }
        }

        static void Again(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player(InCave(address));
                stage.MicrophoneHz = 440;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice").SpeakRooms.Clear();
                    new GameObject("Radio").AddComponent<VoiceRoomTrigger>().RoomName = "cave";
                });
                stage.Until("Bob hears Alice", () => bob.HeardLeft > 0.1);
                ConsonanceVoice.Current.StopChat();
                stage.Until("silence", () => bob.HeardLeft < 0.01 && bob.Events.Contains("Alice left"));
                ConsonanceVoice.Current.StartChat();
                stage.Until("Bob hears Alice again", () => bob.HeardLeft > 0.1);
                Stage.RequireNoErrors();
            }
        }
    }
}
