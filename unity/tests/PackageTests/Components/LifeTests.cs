using System;
using Consonance.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>A chat over scenes, play modes and lost servers.</summary>
    static class LifeTests
    {
        public static void Add(Suite suite, string address)
        {
            suite.Add("the_game_and_a_player_elsewhere_hear_each_other", () => Talk(address));
            suite.Add("a_chat_goes_on_in_the_next_scene", () => SceneChange(address));
            suite.Add("a_second_chat_of_a_scene_is_not_started", () => Second(address));
            suite.Add("play_mode_begins_again_without_a_domain_reload", () => DomainReload(address));
            suite.Add("disabled_it_leaves_and_enabled_it_may_start_again", () => Disable(address));
            suite.Add("what_cannot_start_says_why_in_the_console", () => CannotStart(address));
            suite.Add("without_its_server_it_keeps_trying", Loss);
            suite.Add("keys_are_kept_from_one_start_to_the_next", Keys);
            suite.Add("a_game_that_requires_encryption_says_nothing_without_it", Strict);
            suite.Add("paused_in_the_background_it_comes_back", () => Pause(address));
        }

        static void Talk(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player("Bob");
                stage.MicrophoneHz = bob.ToneHz = 440;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice");
                    Stage.Listener();
                });
                stage.Until("Bob hears Alice", () => bob.HeardLeft > 0.1);
                stage.PeakOfAll();
                stage.Until("Alice hears Bob", () => stage.PeakOfAll() > 0.1);
                Suite.AreEqual("Alice", ConsonanceVoice.Current.Chat.LocalPlayer.Name, "name");
                Stage.RequireNoErrors();
            }
        }

        /// <summary>The member of this name, as the game sees it; null before it is there.</summary>
        static EncryptedMember Member(ConsonanceVoice voice, string name)
        {
            EncryptionStatus status = voice.GetEncryption();
            if (status == null) return null;
            foreach (EncryptedMember member in status.Members)
            {
                if (member.Name == name) return member;
            }
            return null;
        }

        static void Keys()
        {
            VoiceHostSettings hosting = new VoiceHostSettings { Listen = "127.0.0.1:0", Encryption = SessionEncryption.Required };
            using (VoiceHost host = VoiceHost.Start(hosting))
            using (Stage stage = new Stage(host.Address))
            {
                Actor bob = stage.Player("Bob");
                bool isOn = false;
                stage.Loop.Play(() =>
                {
                    ConsonanceVoice made = stage.Voice("Alice");
                    made.EncryptionPolicy = EncryptionPolicy.Required;
                    made.Identity = EncryptionSettings.GenerateIdentity();
                    made.Account = "alice@example.com";
                    made.Purpose = "recording";
                    made.EncryptionChanged += change => isOn |= change.State == EncryptionState.On;
                });
                ConsonanceVoice voice = ConsonanceVoice.Current;
                stage.Until("Bob is a member", () => Member(voice, "Bob") != null && isOn);
                EncryptedMember alice = Member(voice, "Alice");
                Suite.AreEqual("alice@example.com", alice.Account, "account");
                Suite.AreEqual("recording", alice.Purpose, "purpose");
                voice.Chat.VerifyMember(Member(voice, "Bob"));
                voice.StopChat();
                Suite.Require(voice.GetEncryption() == null, "a status without a chat");
                stage.Until("Alice has left", () => bob.Events.Contains("Alice left"));
                Suite.Require(voice.StartChat(), voice.Problem);
                stage.Until("Bob is a member again", () => Member(voice, "Bob") != null);
                Suite.AreEqual(Recognition.Verified, Member(voice, "Bob").Recognition, "recognition");
                Suite.AreEqual(alice.Key, Member(voice, "Alice").Key, "key");
                Stage.RequireNoErrors();
            }
        }

        static void Strict()
        {
            using (VoiceHost host = VoiceHost.Start(new VoiceHostSettings { Listen = "127.0.0.1:0" }))
            using (Stage stage = new Stage(host.Address))
            {
                Actor bob = stage.Player("Bob");
                stage.MicrophoneHz = 440;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice").EncryptionPolicy = EncryptionPolicy.Required;
                    Stage.Listener();
                });
                ConsonanceVoice voice = ConsonanceVoice.Current;
                stage.Until("nothing is sent", () => voice.GetEncryption().PacketsWithoutKeys > 50);
                Suite.AreEqual(EncryptionState.Waiting, voice.GetEncryption().State, "state");
                Suite.AreEqual(0f, bob.HeardLeft, "heard");
            }
        }

        static void SceneChange(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player("Bob");
                bob.ToneHz = 440;
                stage.Loop.Play(() =>
                {
                    stage.Voice("Alice");
                    Stage.Listener();
                });
                stage.Until("Alice hears Bob", () => stage.PeakOfAll() > 0.1);
                VoiceChat chat = ConsonanceVoice.Current.Chat;
                stage.Loop.LoadScene("Second", () => Stage.Listener());
                stage.For(0.5);
                stage.PeakOfAll();
                stage.Until("Alice hears Bob again", () => stage.PeakOfAll() > 0.1);
                Suite.Require(ReferenceEquals(chat, ConsonanceVoice.Current.Chat), "another chat");
                Suite.Require(!bob.Events.Contains("Alice left"), "Alice has left");
                ConsonanceVoice.Current.SurvivesSceneChanges = false;
                UnityEngine.Object.Destroy(ConsonanceVoice.Current.gameObject);
                stage.Until("Alice has left", () => bob.Events.Contains("Alice left"));
                Suite.Require(ConsonanceVoice.Current == null && chat.IsDisposed, "the chat goes on");
                Stage.RequireNoErrors();
            }
        }

        static void Second(string address)
        {
            using (Stage stage = new Stage(address))
            {
                stage.Loop.Play(() => stage.Voice("Alice"));
                stage.Until("joined", () => ConsonanceVoice.Current.Chat.Connection == ConnectionState.Connected);
                ConsonanceVoice first = ConsonanceVoice.Current, second = null;
                stage.Loop.LoadScene("Main", () => second = stage.Voice("Alice"));
                stage.For(0.2);
                Suite.Require(ConsonanceVoice.Current == first && second.Chat == null && !second.enabled, "two chats");
                Suite.AreEqual(ConnectionState.Connected, first.Chat.Connection, "connection");
            }
        }

        static void DomainReload(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player("Bob");
                Action scene = () =>
                {
                    stage.Voice("Alice");
                    Stage.Listener();
                };
                stage.Loop.Play(scene);
                stage.Until("Alice is here", () => bob.Events.Contains("Alice joined"));
                VoiceChat chat = ConsonanceVoice.Current.Chat;
                bob.Events.Clear();
                stage.Loop.ReloadDomain(scene);
                StubMicrophone.Source = null;
                stage.Until("Alice is here again", () => bob.Events.Contains("Alice joined"));
                Suite.Require(chat.IsDisposed && !ReferenceEquals(chat, ConsonanceVoice.Current.Chat), "the same chat");
                Stage.RequireNoErrors();
            }
        }

        static void Disable(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player("Bob");
                string why = null;
                stage.Loop.Play(() => stage.Voice("Alice").ChatEnded += reason => why = reason);
                stage.Until("Alice is here", () => bob.Events.Contains("Alice joined"));
                ConsonanceVoice voice = ConsonanceVoice.Current;
                voice.enabled = false;
                stage.Until("Alice has left", () => bob.Events.Contains("Alice left"));
                Suite.Require(why != null && voice.Chat == null && ConsonanceVoice.Current == null, "it goes on");
                Suite.Require(!voice.StartChat() && voice.Problem.Length > 0, "started while disabled");
                LogRecord.Clear();
                voice.enabled = true;
                Suite.Require(voice.StartChat(), voice.Problem);
                bob.Events.Clear();
                stage.Until("Alice is here again", () => bob.Events.Contains("Alice joined"));
                Stage.RequireNoErrors();
            }
        }

        static void CannotStart(string address)
        {
            using (Stage stage = new Stage(address))
            {
                stage.Loop.Play(() => stage.Voice("Alice").Address = "nowhere");
                stage.For(0.1);
                Suite.Require(ConsonanceVoice.Current.Chat == null, "a chat");
                Suite.Require(LogRecord.Errors.Length == 1 && LogRecord.Errors[0].Message.Contains("nowhere"), "no words");
                Suite.Require(ConsonanceVoice.Current.Problem.Contains("nowhere"), ConsonanceVoice.Current.Problem);
            }
        }

        static void Loss()
        {
            VoiceHost host = VoiceHost.Start(new VoiceHostSettings { Listen = "127.0.0.1:0" });
            using (Stage stage = new Stage(host.Address))
            {
                stage.Loop.Play(() => stage.Voice("Alice"));
                bool isLost = false;
                stage.Until("joined", () => ConsonanceVoice.Current.Chat.Connection == ConnectionState.Connected);
                ConsonanceVoice.Current.Chat.ConnectionLost += (why, retryMs) => isLost = true;
                host.Dispose();
                stage.Until("lost", () => isLost);
                Suite.AreEqual(ConnectionState.Connecting, ConsonanceVoice.Current.Chat.Connection, "connection");
                Stage.RequireNoErrors();
            }
        }

        static void Pause(string address)
        {
            using (Stage stage = new Stage(address))
            {
                Actor bob = stage.Player("Bob");
                stage.MicrophoneHz = 440;
                stage.Loop.Play(() => stage.Voice("Alice"));
                stage.Until("Bob hears Alice", () => bob.HeardLeft > 0.1);
                stage.Loop.Pause(3);
                stage.For(0.2);
                stage.Until("Bob hears Alice again", () => bob.HeardLeft > 0.1);
                Stage.RequireNoErrors();
            }
        }
    }
}
