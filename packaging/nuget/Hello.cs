// Joins a session and waits for its first player: Hello ADDRESS NAME
using System;
using System.Threading;
using Consonance;

static class Hello
{
    static int Main(string[] arguments)
    {
        VoiceChatSettings settings = new VoiceChatSettings(arguments[0]) { Name = arguments[1], Sound = Sound.Engine };
        settings.ListenRooms.Add("lobby");
        string met = null;
        using (VoiceChat chat = VoiceChat.Start(settings))
        {
            chat.PlayerJoined += player => met = player.Name;
            for (int frame = 0; met == null && frame < 1000; frame++)
            {
                chat.Update();
                Thread.Sleep(20);
            }
        }
        Console.WriteLine(VoiceLibrary.Version + ": " + (met == null ? "no player" : met + " is here"));
        return met == null ? 1 : 0;
    }
}
