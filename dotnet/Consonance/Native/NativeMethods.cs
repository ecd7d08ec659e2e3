// Made from crates/ffi by `cargo xtask write declarations`; do not edit.

using System;
using System.Runtime.InteropServices;

namespace Consonance.Native
{
    /// <summary>The functions of <c>consonance.h</c>, which says what each does.</summary>
    internal static class NativeMethods
    {
#if (UNITY_IOS || UNITY_WEBGL) && !UNITY_EDITOR
        const string Library = "__Internal";
#else
        const string Library = "consonance";
#endif
        const CallingConvention C = CallingConvention.Cdecl;

        // Rooms to listen to, and rooms and players to speak to.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_listen(ulong chat, byte[] room, uint listens);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_speak_in_room(
            ulong chat, byte[] room, ref NativeChannelSettings settings, out uint channel);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_speak_to_player(
            ulong chat, uint player, ref NativeChannelSettings settings, out uint channel);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_channel(
            ulong chat, uint channel, ref NativeChannelSettings settings);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_close_channel(ulong chat, uint channel);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_channel_state(
            ulong chat, uint channel, ref NativeChannelState state);

        // A chat from its start to its end.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_settings_init(ref NativeSettings settings);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_start(ref NativeSettings settings, out ulong chat);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_stop(ulong chat);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_destroy(ulong handle);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_status(ulong chat, ref NativeStatus status);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_poll_event(
            ulong chat, ref NativeEvent @event, byte[] buffer, UIntPtr capacity, out UIntPtr length);

        // Microphones and loudspeakers of this machine.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_devices(
            uint loudspeakers, byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_select_device(ulong chat, uint loudspeaker, byte[] name);

        // End-to-end encryption: the player's key, the state, and the members of the group.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_generate_identity(byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_encryption(
            ulong chat, ref NativeEncryptionStatus status, byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_encrypted_member(
            ulong chat, uint index, ref NativeEncryptedMember member, byte[] buffer, UIntPtr capacity,
            out UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_is_room_encrypted(ulong chat, byte[] room, out uint encrypted);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_verify_member(ulong chat, uint player, byte[] key);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_known_keys(
            ulong chat, byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_report_players(
            ulong chat, uint[] players, uint playerCount, byte[] reason);

        // How other players are heard: volume, place, and which of them.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_deafened(ulong chat, uint deafened);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_player_volume(ulong chat, uint player, float volume);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_player_muted(ulong chat, uint player, uint muted);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_player_effects(ulong chat, uint player, byte[] effects);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_player_auto_volume(ulong chat, uint player, int autoVolume);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_player_noise_gate(ulong chat, uint player, uint noiseGate);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_room_effects(ulong chat, byte[] room, byte[] effects);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_positions(ulong chat, NativePosition[] positions, UIntPtr count);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_listener(ulong chat, ref NativePose pose);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_listener(ulong chat, IntPtr pose);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_share_position(ulong chat, uint shared);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_spatial(ulong chat, ref NativeSpatialSettings settings);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_headphones(ulong chat, int headphones);

        // A server of one session in the game's own process.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_host_start(ref NativeHostSettings settings, out ulong host);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_host_address(
            ulong host, byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_host_peer(ulong host, ulong peer, uint isThere);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_host_packet_in(
            ulong host, ulong peer, uint reliable, ref byte packet, UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_host_packet_out(
            ulong host, ref NativePacket packet, byte[] buffer, UIntPtr capacity, out UIntPtr length);

        // Packets that pass through the game: of a chat over the game's own network, and of the game's own voice
        // engine over a link of ours.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_link(ulong chat, uint isUp);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_connect(byte[] address, out ulong link);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_packet_in(
            ulong chatOrLink, uint reliable, ref byte packet, UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_packet_out(
            ulong chatOrLink, ref NativePacket packet, byte[] buffer, UIntPtr capacity, out UIntPtr length);

        // How a chat is doing, and why a player is not heard.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_statistics(ulong chat, ref ChatStatistics statistics);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_speaker_statistics(
            ulong chat, uint player, ref SpeakerStatistics statistics);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_why(
            ulong chat, uint player, byte[] buffer, UIntPtr capacity, out UIntPtr length);

        // The library as a whole: its version, what its numbers mean, and its log.
        [DllImport(Library, CallingConvention = C)]
        internal static extern uint consonance_abi_version();
        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr consonance_version();
        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr consonance_error_text(int error);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_last_error(byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_log_level(uint level);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_poll_log(
            out uint level, byte[] buffer, UIntPtr capacity, out UIntPtr length);

        // The players of the session, texts to them, and what moderators do to them.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_players(
            ulong chat, uint[] players, UIntPtr capacity, out UIntPtr count);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_player_info(ulong chat, uint player, ref NativePlayerInfo info);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_player_name(
            ulong chat, uint player, byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_find_player(ulong chat, byte[] name, out uint player);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_send_text_to_room(
            ulong chat, byte[] room, byte[] text, out ulong number);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_send_text_to_player(
            ulong chat, uint player, byte[] text, out ulong number);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_moderate(
            ulong chat, uint player, uint action, uint seconds, byte[] fromRoom, byte[] toRoom, byte[] reason);

        // Recordings of everything that is said.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_record(ulong chat, byte[] folder, out ulong recording);

        // Sound of a game's engine: what its audio threads pull and push.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_engine_output(ulong chat, out ulong stream);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_player_stream(ulong chat, uint player, out ulong stream);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_engine_input(ulong chat, out ulong stream);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_echo_reference(ulong chat, uint withVoices, out ulong stream);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_pull(
            ulong stream, float[] interleaved, UIntPtr frames, uint channels, uint sampleRateHz);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_push(
            ulong stream, float[] interleaved, UIntPtr frames, uint channels, uint sampleRateHz);

        // The player's own voice, and the settings that a player expects to find again.
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_get_voice_settings(ulong chat, ref VoiceSettings settings);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_voice_settings(ulong chat, ref VoiceSettings settings);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_muted(ulong chat, uint muted);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_push_to_talk(ulong chat, uint pressed);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_priority(ulong chat, int wanted);
        [DllImport(Library, CallingConvention = C)]
        internal static extern int consonance_set_token(ulong chat, byte[] token, uint held);
    }
}
