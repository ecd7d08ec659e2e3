using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    // Take them from Default or VoiceChat.Settings, change them, and give them back.
    public partial struct VoiceSettings
    {
        /// <summary>The settings that a chat starts with.</summary>
        public static VoiceSettings Default
        {
            get { return Of(0); }
        }

        internal static VoiceSettings Of(ulong chat)
        {
            VoiceLibrary.Require();
            VoiceSettings settings = new VoiceSettings { size = (uint)Marshal.SizeOf(typeof(VoiceSettings)) };
            Call.Check(NativeMethods.consonance_get_voice_settings(chat, ref settings));
            return settings;
        }
    }
}
