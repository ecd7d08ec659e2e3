using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    public partial struct ChatStatistics
    {
        internal static ChatStatistics Of(ulong chat)
        {
            ChatStatistics statistics = new ChatStatistics { size = (uint)Marshal.SizeOf(typeof(ChatStatistics)) };
            Call.Check(NativeMethods.consonance_get_statistics(chat, ref statistics));
            return statistics;
        }
    }

    public partial struct SpeakerStatistics
    {
        internal static SpeakerStatistics Of(ulong chat, uint player)
        {
            SpeakerStatistics statistics =
                new SpeakerStatistics { size = (uint)Marshal.SizeOf(typeof(SpeakerStatistics)) };
            Call.Check(NativeMethods.consonance_get_speaker_statistics(chat, player, ref statistics));
            return statistics;
        }
    }
}
