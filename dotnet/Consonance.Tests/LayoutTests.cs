using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Consonance.Tests
{
    /// <summary>The structs of C#, against those of C.</summary>
    static class LayoutTests
    {
        // Arrays of three in C are three fields here.
        static readonly Dictionary<string, string> Structs = new Dictionary<string, string>
        {
            { "consonance_settings", "Native.NativeSettings" },
            { "consonance_encryption_settings", "Native.NativeEncryptionSettings" },
            { "consonance_encryption_status", "Native.NativeEncryptionStatus" },
            { "consonance_encrypted_member", "Native.NativeEncryptedMember" },
            { "consonance_voice_settings", "VoiceSettings" },
            { "consonance_channel_settings", "Native.NativeChannelSettings" },
            { "consonance_channel_state", "Native.NativeChannelState" },
            { "consonance_status", "Native.NativeStatus" },
            { "consonance_event", "Native.NativeEvent" },
            { "consonance_player_info", "Native.NativePlayerInfo" },
            { "consonance_position", "Native.NativePosition" },
            { "consonance_pose", "Native.NativePose" },
            { "consonance_spatial_settings", "Native.NativeSpatialSettings" },
            { "consonance_statistics", "ChatStatistics" },
            { "consonance_speaker_statistics", "SpeakerStatistics" },
            { "consonance_host_settings", "Native.NativeHostSettings" },
            { "consonance_packet", "Native.NativePacket" },
        };

        public static void Add(Suite suite, string file)
        {
            suite.Add("structs_have_the_size_and_the_offsets_of_those_of_c", () => Compare(File.ReadAllLines(file)));
        }

        static void Compare(string[] lines)
        {
            int compared = 0;
            Type type = null;
            List<int> offsets = null;
            foreach (string line in lines)
            {
                string[] words = line.Split(' ');
                int number = int.Parse(words[1]);
                if (!words[0].Contains("."))
                {
                    Suite.Require(Structs.ContainsKey(words[0]), words[0] + " has no struct here");
                    type = typeof(VoiceChat).Assembly.GetType("Consonance." + Structs[words[0]], true);
                    offsets = Offsets(type);
                    Suite.AreEqual(number, Marshal.SizeOf(type), "size of " + type);
                    compared++;
                    continue;
                }
                Suite.Require(offsets.Contains(number), line + ": " + type + " has no field there");
            }
            Suite.AreEqual(Structs.Count, compared, "structs in the file");
        }

        static List<int> Offsets(Type type)
        {
            List<int> offsets = new List<int>();
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                offsets.Add((int)Marshal.OffsetOf(type, field.Name));
            }
            return offsets;
        }
    }
}
