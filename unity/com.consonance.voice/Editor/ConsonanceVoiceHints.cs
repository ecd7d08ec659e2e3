using System.Collections.Generic;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>What is missing for a chat.</summary>
    internal static class ConsonanceVoiceHints
    {
        internal static bool IsOffline(string address)
        {
            return address != null && address.StartsWith("offline:", System.StringComparison.Ordinal);
        }

        internal static void Find(ConsonanceVoice voice, Hints hints)
        {
            string why;
            if (!VoiceLibrary.IsAvailable(out why)) hints.Error("Voice chat cannot run in this editor: " + why);
            FindOfAddress(voice, hints);
            FindOfRooms(voice, hints);
            FindOfScene(voice, hints);
            if (!string.IsNullOrEmpty(voice.Password))
            {
                hints.Info("The scene file has the password, readable for all. The game can set Password itself.");
            }
        }

        static void FindOfAddress(ConsonanceVoice voice, Hints hints)
        {
            if (string.IsNullOrEmpty(voice.Address))
            {
                hints.Error("No address, so voice chat does not start. Enter the session's, as its server prints it.");
            }
            else if (IsOffline(voice.Address))
            {
                hints.Info("Offline: in a session of your own the player \"Loopback\" repeats what you say.");
            }
        }

        static void FindOfRooms(ConsonanceVoice voice, Hints hints)
        {
            if (HasNameless(voice.ListenRooms) || HasNameless(voice.SpeakRooms)) hints.Error("A room has no name.");
            bool hasComponents = InScene.Has<VoiceRoomTrigger>() || InScene.Has<VoiceProximity>();
            if (hasComponents) return;
            if (voice.ListenRooms.Count == 0)
            {
                hints.Info("Listens to no room, so no voice is heard until the game or a component listens to one.");
            }
            if (voice.SpeakRooms.Count == 0)
            {
                hints.Info("Speaks in no room, so the player is not heard until the game or a component does.");
            }
        }

        static bool HasNameless(IList<string> rooms)
        {
            foreach (string room in rooms)
            {
                if (string.IsNullOrEmpty(room)) return true;
            }
            return false;
        }

        static void FindOfScene(ConsonanceVoice voice, Hints hints)
        {
            if (voice.Playback == Playback.Unity && !InScene.Has<AudioListener>())
            {
                hints.Warning("No AudioListener in the open scenes, so Unity plays nothing. Most cameras have one.");
            }
            if (voice.SurvivesSceneChanges && voice.transform.parent != null)
            {
                hints.Warning("It ends with its scene, since its object has a parent.");
            }
            if (voice.Activation == Activation.PushToTalk && !InScene.Has<PushToTalk>())
            {
                hints.Info("The player is not heard until the game sets PushToTalk, or a Push To Talk component does.");
            }
        }
    }
}
