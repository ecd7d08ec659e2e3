using System;
using Consonance.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>Voices that come from avatars.</summary>
    static class AvatarTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("a_voice_comes_from_its_avatar", () => Place(address));
            suite.Add("a_streaming_clip_brings_the_voice_too", () => Clip(address));
            suite.Add("a_voice_that_is_not_positional_is_heard_at_the_listener", () => Radio(address));
            suite.Add("an_avatar_that_is_destroyed_gives_its_voice_back_to_the_mix", () => Destroyed(address));
            suite.Add("an_avatar_may_become_another_players", () => Renamed(address));
            suite.Add("voices_go_on_after_the_audio_device_has_changed", () => Device(address));
            suite.Add("a_tap_has_the_samples_of_a_voice", () => Tap(address));
            suite.Add("with_our_loudspeaker_avatars_tell_positions", () => Loudspeaker(address));
        }

        static VoicePlayer Begin(Stage stage, Vector3 at, Action<VoicePlayer> set = null)
        {
            VoicePlayer avatar = null;
            stage.Loop.Play(() =>
            {
                stage.Voice("Alice");
                Stage.Listener();
                avatar = Stage.Avatar("Bob", at);
                if (set != null) set(avatar);
            });
            return avatar;
        }

        static Actor Positional(Stage stage, string address)
        {
            VoiceChatSettings settings = Actor.InLobby(address, "Bob");
            settings.SpeakRooms.Clear();
            Actor bob = stage.Player(settings);
            bob.ToneHz = 440;
            bob.Chat.Room("lobby").Speak(new ChannelSettings { Positional = true });
            return bob;
        }

        static void Place(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Positional(stage, address);
                VoicePlayer avatar = Begin(stage, new Vector3(-1, 0, 0));
                float left = 0, right = 0;
                stage.Until("on the left", () =>
                {
                    if (avatar.Source == null) return false;
                    stage.Peak(avatar.Source, out left, out right);
                    return left > 0.1 && left > 2 * right;
                });
                Suite.Require(avatar.IsSpeaking && !avatar.IsLocal, "state");
                // It is that of the last block, which may be made up on a busy machine.
                stage.Until("an amplitude", () => avatar.Amplitude > 0.01);
                avatar.transform.position = new Vector3(1, 0, 0);
                stage.Until("on the right", () =>
                {
                    stage.Peak(avatar.Source, out left, out right);
                    return right > 0.1 && right > 2 * left;
                });
                Stage.RequireNoErrors();
            }
        }

        static void Clip(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Positional(stage, address);
                VoicePlayer avatar = Begin(stage, new Vector3(0, 0, 1), made => made.Feed = VoiceFeed.Clip);
                stage.Until("the voice", () => avatar.Source != null && stage.Peak(avatar.Source) > 0.1);
                Stage.RequireNoErrors();
            }
        }

        static void Radio(string address)
        {
            using (Stage stage = new Stage(address))
            {
                // Far away, and over a channel that is not positional.
                stage.Player("Bob").ToneHz = 440;
                VoicePlayer avatar = Begin(stage, new Vector3(400, 0, 0));
                stage.Until("the voice", () => avatar.Source != null && stage.Peak(avatar.Source) > 0.1);
                Suite.AreEqual(0f, avatar.Source.spatialBlend, "spatial blend");
            }
        }

        static void Destroyed(string address)
        {
            using (Stage stage = new Stage(address))
            {
                stage.Player("Bob").ToneHz = 440;
                VoicePlayer avatar = Begin(stage, Vector3.zero);
                stage.Until("the voice", () => avatar.Source != null && stage.Peak(avatar.Source) > 0.1);
                UnityEngine.Object.Destroy(avatar.gameObject);
                stage.For(0.3);
                stage.PeakOfAll();
                stage.Until("the voice in the mix", () => stage.PeakOfAll() > 0.1);
                Stage.RequireNoErrors();
            }
        }

        static void Renamed(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player("Bob"), carol = stage.Player("Carol");
                VoicePlayer avatar = Begin(stage, Vector3.zero);
                carol.ToneHz = 440;
                stage.Until("Bob is known", () => avatar.Player != null && avatar.Source != null);
                Suite.Require(stage.Peak(avatar.Source) < 0.01, "Carol from Bob's avatar");
                avatar.PlayerName = "Carol";
                stage.Until("Carol's voice", () => avatar.Source != null && stage.Peak(avatar.Source) > 0.1);
                Suite.AreEqual("Carol", avatar.Player.Name, "player");
                Suite.Require(bob.Chat.Players.Count == 2, "players");
            }
        }

        static void Device(string address)
        {
            using (Stage stage = new Stage(address))
            {
                stage.Player("Bob").ToneHz = 440;
                VoicePlayer avatar = Begin(stage, Vector3.zero);
                stage.Until("the voice", () => avatar.Source != null && stage.Peak(avatar.Source) > 0.1);
                stage.Loop.Audio.ChangeDevice(44100, 512);
                stage.For(0.2);
                stage.Peak(avatar.Source);
                stage.Until("the voice again", () => stage.Peak(avatar.Source) > 0.1);
                Stage.RequireNoErrors();
            }
        }

        static void Tap(string address)
        {
            using (Stage stage = new Stage(address))
            {
                stage.Player("Bob").ToneHz = 440;
                VoicePlayer avatar = Begin(stage, Vector3.zero, made => made.gameObject.AddComponent<VoiceTap>());
                VoiceTap tap = avatar.GetComponent<VoiceTap>();
                float[] samples = new float[4800];
                float peak = 0;
                stage.Until("samples", () =>
                {
                    int count = tap.Read(samples);
                    for (int sample = 0; sample < count; sample++) peak = Math.Max(peak, samples[sample]);
                    return peak > 0.1;
                });
                tap.enabled = false;
                Suite.AreEqual(0, tap.Read(samples), "samples of a disabled tap");
            }
        }

        static void Loudspeaker(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Positional(stage, address);
                VoicePlayer avatar = null;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice").Playback = Playback.Loudspeaker;
                    Stage.Listener();
                    avatar = Stage.Avatar("Bob", new Vector3(3, 0, 0));
                });
                stage.Until("Bob is positional", () => avatar.Player != null && avatar.Player.IsPositional);
                Suite.Require(avatar.Source == null, "Unity plays it, too");
                Stage.RequireNoErrors();
            }
        }
    }
}
