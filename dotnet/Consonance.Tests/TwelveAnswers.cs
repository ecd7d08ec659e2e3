using System;

namespace Consonance.Tests
{
    // The answers of docs/guide/twelve-questions.md: a test compares them, and compiling them is the test of them.

    static class Answer1
    {
        static VoiceChat Join(string address)
        {
            var settings = new VoiceChatSettings(address) { Name = "Alice" };
            settings.ListenRooms.Add("lobby");
            settings.SpeakRooms.Add("lobby");
            return VoiceChat.Start(settings);
        }
    }

    static class Answer2
    {
        static void Subscribe(VoiceChat chat)
        {
            chat.StartedSpeaking += player => Console.WriteLine(player.Name + " speaks");
            chat.Ended += end => Console.WriteLine("no voice any more: " + end.Reason);
        }

        static void Frame(VoiceChat chat)
        {
            chat.Update();
        }
    }

    static class Answer3
    {
        static void ToTeam(VoiceChat chat)
        {
            Room team = chat.Room("red team");
            team.Listen();
            Channel channel = team.Speak();
            // Later:
            channel.Dispose();
            team.StopListening();
        }
    }

    static class Answer4
    {
        static void UseKey(VoiceChat chat)
        {
            VoiceSettings settings = chat.Settings;
            settings.Activation = Activation.PushToTalk;
            chat.Settings = settings;
        }

        static void Frame(VoiceChat chat, bool isPressed)
        {
            chat.PushToTalk = isPressed;
        }
    }

    static class Answer5
    {
        static void BeAlone(VoiceChat chat)
        {
            chat.IsMuted = true;
            chat.IsDeafened = true;
        }
    }

    static class Answer6
    {
        static void Quieter(VoiceChat chat)
        {
            Player bob = chat.FindPlayer("Bob"), mallory = chat.FindPlayer("Mallory");
            if (bob != null) bob.Volume = 0.5f;
            if (mallory != null) mallory.IsMuted = true;
        }
    }

    static class Answer7
    {
        static void Whisper(Player bob)
        {
            Channel whisper = bob.Speak();
            // Later:
            whisper.Dispose();
        }
    }

    static class Answer8
    {
        static void Say(VoiceChat chat, Player bob)
        {
            chat.Room("lobby").SendText("hello all");
            bob.SendText("psst");
        }
    }

    static class Answer9
    {
        static void Speak(VoiceChat chat)
        {
            chat.Room("lobby").Speak(new ChannelSettings { Positional = true });
        }

        static void Frame(VoiceChat chat, Player bob)
        {
            // Where the ears are, where the nose points to, and the top of the head.
            chat.SetListener(0, 1.7f, 0, 0, 0, 1, 0, 1, 0);
            bob.SetPosition(3, 1.7f, 0);
            chat.Update();
        }
    }

    static class Answer10
    {
        static void ChooseLast(VoiceChat chat)
        {
            string[] names = VoiceLibrary.Microphones();
            if (names.Length > 0) chat.SelectMicrophone(names[names.Length - 1]);
        }
    }

    static class Answer11
    {
        static void Open(VoiceChat chat, out OutputStream output, out InputStream input)
        {
            output = chat.OpenEngineOutput();
            input = chat.OpenEngineInput();
        }

        static void AudioCallback(OutputStream output, InputStream input, float[] played, float[] recorded)
        {
            output.Pull(played, 2, 48000);
            input.Push(recorded, 1, 48000);
        }
    }

    static class Answer12
    {
        static void Ask(Player bob)
        {
            Console.WriteLine(bob.Why());
        }
    }
}
