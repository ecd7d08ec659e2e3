using System;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>
    /// A player of a chat's session. It is the same object for as long as the chat runs, also after it has left
    /// and joined again.
    /// </summary>
    public sealed class Player
    {
        readonly VoiceChat chat;
        NativePlayerInfo info = new NativePlayerInfo { Size = (uint)Marshal.SizeOf(typeof(NativePlayerInfo)) };
        uint infoUpdate;

        internal Player(VoiceChat chat, uint id, string name)
        {
            this.chat = chat;
            Id = id;
            Name = name;
        }

        /// <summary>Its number in this chat, which stays; 1 is the player of this chat.</summary>
        public uint Id { get; private set; }

        /// <summary>Its name, which is its identity in the session.</summary>
        public string Name { get; private set; }

        /// <summary>Whether it is the player of this chat.</summary>
        public bool IsLocal
        {
            get { return Id == VoiceChat.LocalId; }
        }

        /// <summary>Whether it is in the session.</summary>
        public bool IsConnected
        {
            get { return Info().IsConnected != 0; }
        }

        /// <summary>Whether it speaks to us; of the player of this chat, whether another player hears it.</summary>
        public bool IsSpeaking
        {
            get { return Info().IsSpeaking != 0; }
        }

        /// <summary>Whether its voice comes from its place in the world.</summary>
        public bool IsPositional
        {
            get { return Info().IsPositional != 0; }
        }

        /// <summary>The priority with which it speaks; null while it is silent.</summary>
        public Priority? Priority
        {
            get { return Info().Priority < 0 ? (Priority?)null : (Priority)Info().Priority; }
        }

        /// <summary>How loud it is at this moment, 0 to 1, before volume and distance.</summary>
        public float Amplitude
        {
            get { return Info().Amplitude; }
        }

        /// <summary>The share of its last frames that never arrived, 0 to 1; −1 while it is not known.</summary>
        public float PacketLoss
        {
            get { return Info().PacketLoss; }
        }

        /// <summary>How loud it is heard here: an amplitude factor, 0 to 4, also after it has joined again.</summary>
        public float Volume
        {
            get { return Info().Volume; }
            set
            {
                Call.Check(NativeMethods.consonance_set_player_volume(chat.Handle, Id, value));
                infoUpdate = 0;
            }
        }

        /// <summary>Whether it is muted here, also after it has joined again.</summary>
        public bool IsMuted
        {
            get { return Info().IsMuted != 0; }
            set
            {
                Call.Check(NativeMethods.consonance_set_player_muted(chat.Handle, Id, value ? 1u : 0));
                infoUpdate = 0;
            }
        }

        /// <summary>
        /// Sets what its voice passes here, also after it has joined again: effects by name, separated by commas, each
        /// with settings where they differ, such as <c>radio strength=0.4, cave</c>; null or an empty text for none. An
        /// unknown one throws a <see cref="VoiceException"/>, whose message lists those that there are.
        /// </summary>
        public void SetEffects(string effects)
        {
            Call.Check(NativeMethods.consonance_set_player_effects(chat.Handle, Id, Utf8.Bytes(effects ?? "")));
        }

        /// <summary>
        /// Brings it to the loudness of the others, or leaves it as it is, also after it has joined again; null for what
        /// is set for all players with <see cref="VoiceSettings.AutoVolume"/>.
        /// </summary>
        public void SetAutoVolume(bool? enabled)
        {
            int autoVolume = enabled.HasValue ? (enabled.Value ? 1 : 0) : -1;
            Call.Check(NativeMethods.consonance_set_player_auto_volume(chat.Handle, Id, autoVolume));
        }

        /// <summary>
        /// Turns down what its microphone picks up between its words, or leaves it as it is, also after it has joined
        /// again: for players whose program sends noise unsuppressed.
        /// </summary>
        public void SetNoiseGate(bool enabled)
        {
            Call.Check(NativeMethods.consonance_set_player_noise_gate(chat.Handle, Id, enabled ? 1u : 0));
        }

        /// <summary>
        /// Tells where it is, in metres, and how much is in between, from 0 (nothing) to 1 (a wall). Takes effect at the
        /// next <see cref="VoiceChat.Update"/>, which tells all positions in one call.
        /// </summary>
        public void SetPosition(float x, float y, float z, float occlusion = 0)
        {
            chat.SetPosition(new NativePosition { Player = Id, IsKnown = 1, PositionX = x, PositionY = y, PositionZ = z, Occlusion = occlusion });
        }

        /// <summary>Tells that its place is not known any more.</summary>
        public void ForgetPosition()
        {
            chat.SetPosition(new NativePosition { Player = Id });
        }

        /// <summary>
        /// Speaks to it, while it is in the session, until the channel is disposed; null for the usual settings.
        /// </summary>
        public Channel Speak(ChannelSettings settings = null)
        {
            NativeChannelSettings native = ChannelSettings.Native(settings);
            uint channel;
            Call.Check(NativeMethods.consonance_speak_to_player(chat.Handle, Id, ref native, out channel));
            return new Channel(chat.Handle, channel);
        }

        /// <summary>Sends it a text, and tells its number, which <see cref="VoiceChat.TextSent"/> has.</summary>
        public ulong SendText(string text)
        {
            ulong number;
            Call.Check(NativeMethods.consonance_send_text_to_player(chat.Handle, Id, Utf8.Bytes(text), out number));
            return number;
        }

        /// <summary>
        /// Takes its voice out of the mix, for an engine that places voices itself, until the stream is disposed.
        /// </summary>
        public OutputStream OpenStream()
        {
            ulong stream;
            Call.Check(NativeMethods.consonance_player_stream(chat.Handle, Id, out stream));
            return new OutputStream(stream);
        }

        /// <summary>How its voice arrives; zeros where it was not heard yet.</summary>
        public SpeakerStatistics Statistics
        {
            get { return SpeakerStatistics.Of(chat.Handle, Id); }
        }

        /// <summary>
        /// Why it is not heard here, in English: every link on the way with what was found, and in the last line what
        /// to do.
        /// </summary>
        public string Why()
        {
            ulong handle = chat.Handle;
            uint id = Id;
            return Call.Text(
                (byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                    NativeMethods.consonance_get_why(handle, id, buffer, capacity, out length));
        }

        /// <summary>Has the server remove it from the session, where the join token permits that.</summary>
        public void Kick(string reason)
        {
            Moderate(ModeratorAction.Kick, 0, null, null, reason);
        }

        /// <summary>
        /// Has the server remove it from the session and keep it out, for so many seconds or, with 0, forever; also
        /// under another name, if it has an account.
        /// </summary>
        public void Ban(int seconds, string reason)
        {
            Moderate(ModeratorAction.Ban, seconds, null, null, reason);
        }

        /// <summary>Has the server mute it for everyone, for so many seconds or, with 0, permanently.</summary>
        public void MuteForAll(int seconds, string reason)
        {
            Moderate(ModeratorAction.Mute, seconds, null, null, reason);
        }

        /// <summary>Has the server unmute it.</summary>
        public void UnmuteForAll()
        {
            Moderate(ModeratorAction.Unmute, 0, null, null, null);
        }

        /// <summary>Has the server move it from one room to another.</summary>
        public void Move(string fromRoom, string toRoom, string reason)
        {
            Moderate(ModeratorAction.Move, 0, fromRoom, toRoom, reason);
        }

        void Moderate(ModeratorAction action, int seconds, string fromRoom, string toRoom, string reason)
        {
            if (seconds < 0) throw new ArgumentOutOfRangeException("seconds");
            byte[] from = Utf8.Bytes(fromRoom), to = Utf8.Bytes(toRoom), why = Utf8.Bytes(reason);
            Call.Check(NativeMethods.consonance_moderate(
                chat.Handle, Id, (uint)action, (uint)seconds, from, to, why));
        }

        /// <summary>As of the chat's last update, so that a frame asks once for each player.</summary>
        NativePlayerInfo Info()
        {
            if (infoUpdate != chat.Updates)
            {
                // A player that has left has no state; what stays is what it had.
                if (NativeMethods.consonance_get_player_info(chat.Handle, Id, ref info) != Call.None) Clear();
                infoUpdate = chat.Updates;
            }
            return info;
        }

        void Clear()
        {
            info.IsConnected = info.IsSpeaking = info.IsPositional = 0;
            info.Priority = -1;
            info.Amplitude = 0;
        }

        /// <summary>The player's name.</summary>
        public override string ToString()
        {
            return Name;
        }
    }
}
