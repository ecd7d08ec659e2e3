using System;

namespace Consonance.Tests
{
    /// <summary>What a game may do wrong.</summary>
    static class MistakeTests
    {
        public static void Add(Suite suite)
        {
            suite.Add("what_cannot_start_says_why", CannotStart);
            suite.Add("what_was_disposed_throws_and_harms_nothing", Disposed);
            suite.Add("values_out_of_range_are_refused", OutOfRange);
            suite.Add("a_handler_that_throws_loses_no_event", HandlerThrows);
            suite.Add("a_chat_may_be_disposed_in_a_handler", DisposedInHandler);
            suite.Add("a_hundred_chats_start_and_end", Hundred);
        }

        static VoiceChatSettings Offline()
        {
            return new VoiceChatSettings("offline:") { Name = "Alice", Sound = Sound.Engine };
        }

        static void CannotStart()
        {
            Exception failure = Suite.Throws(VoiceError.Start, () => VoiceChat.Start(new VoiceChatSettings("nowhere")));
            Suite.Require(failure.Message.Contains("nowhere"), failure.Message);
            Suite.Throws(VoiceError.Null, () => VoiceChat.Start(new VoiceChatSettings()));
            VoiceChatSettings settings = Offline();
            settings.Name = new string('x', 200);
            Suite.Throws(VoiceError.Start, () => VoiceChat.Start(settings));
            foreach (string text in new[] { "half a pair \ud800", "a zero \0" })
            {
                settings.Name = text;
                try
                {
                    VoiceChat.Start(settings);
                }
                catch (ArgumentException)
                {
                    continue;
                }
                throw new TestFailure("the name was taken: " + text.Length);
            }
            Suite.Throws(VoiceError.Value, () => VoiceHost.Start(new VoiceHostSettings { Listen = "somewhere" }));
        }

        static void Disposed()
        {
            VoiceChat chat = VoiceChat.Start(Offline());
            OutputStream output = chat.OpenEngineOutput();
            Room room = chat.Room("lobby");
            Channel channel = room.Speak();
            Player player = chat.LocalPlayer;
            chat.Dispose();
            chat.Dispose();
            chat.Update();
            channel.Dispose();
            Suite.AreEqual(ConnectionState.Ended, chat.Connection, "connection");
            Suite.Require(!channel.IsOpen && chat.IsDisposed, "the channel is open");
            Suite.Throws(VoiceError.Handle, () => chat.IsMuted = true);
            Suite.Throws(VoiceError.Handle, () => room.Listen());
            Suite.Throws(VoiceError.Handle, () => player.Volume = 1);
            float[] samples = { 1, 1 };
            Suite.Require(!output.Pull(samples, 2, 48000) && samples[0] == 0, "sound after the end");
            output.Dispose();
        }

        static void OutOfRange()
        {
            using (VoiceChat chat = VoiceChat.Start(Offline()))
            {
                Suite.Throws(VoiceError.Value, () => chat.LocalPlayer.Volume = 5);
                Suite.Throws(VoiceError.Value, () => chat.Room("lobby").Speak(new ChannelSettings { Amplitude = 3 }));
                VoiceSettings settings = chat.Settings;
                settings.FrameMs = 21;
                Suite.Throws(VoiceError.Value, () => chat.Settings = settings);
                Suite.Require(chat.Settings.FrameMs != 21, "the refused settings are in force");
                settings.FrameMs = 40;
                settings.Quality = Quality.Music;
                chat.Settings = settings;
                Suite.AreEqual(Quality.Music, chat.Settings.Quality, "quality");
            }
        }

        static void HandlerThrows()
        {
            using (VoiceChat chat = VoiceChat.Start(Offline()))
            {
                bool hasThrown = false, isSynced = false;
                chat.Joined += () => { throw new InvalidOperationException("a fault of the game"); };
                chat.PlayersSynced += () => isSynced = true;
                Suite.Until("players are synced", () => isSynced && hasThrown, () =>
                {
                    try
                    {
                        chat.Update();
                    }
                    catch (InvalidOperationException)
                    {
                        hasThrown = true;
                    }
                });
            }
        }

        static void DisposedInHandler()
        {
            VoiceChat chat = VoiceChat.Start(Offline());
            chat.Joined += chat.Dispose;
            Suite.Until("the chat is disposed", () => chat.IsDisposed, chat.Update);
        }

        static void Hundred()
        {
            for (int number = 0; number < 100; number++)
            {
                using (VoiceChat chat = VoiceChat.Start(Offline())) chat.Update();
            }
        }
    }
}
