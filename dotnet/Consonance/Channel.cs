using System;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>How a room or a player is spoken to.</summary>
    public sealed class ChannelSettings
    {
        /// <summary>Full volume, from nowhere in the world, with the player's own priority.</summary>
        public ChannelSettings()
        {
            Amplitude = 1;
        }

        /// <summary>Whether the voice comes from the speaker's place in the world.</summary>
        public bool Positional { get; set; }

        /// <summary>The channel's priority; null for the player's own.</summary>
        public Priority? Priority { get; set; }

        /// <summary>Loudness, 0 to 2.</summary>
        public float Amplitude { get; set; }

        /// <summary>When it is heard.</summary>
        public ChannelActivation Activation { get; set; }

        /// <summary>How long it takes to fade in, in seconds, at most 30.</summary>
        public float FadeInSeconds { get; set; }

        /// <summary>How long it takes to fade out, in seconds, at most 30.</summary>
        public float FadeOutSeconds { get; set; }

        static readonly ChannelSettings Usual = new ChannelSettings();

        internal static NativeChannelSettings Native(ChannelSettings settings)
        {
            if (settings == null) settings = Usual;
            return new NativeChannelSettings
            {
                Size = (uint)Marshal.SizeOf(typeof(NativeChannelSettings)),
                Positional = settings.Positional ? 1u : 0,
                Priority = settings.Priority.HasValue ? (int)settings.Priority.Value : -1,
                Amplitude = settings.Amplitude,
                Activation = (int)settings.Activation,
                FadeInSeconds = settings.FadeInSeconds,
                FadeOutSeconds = settings.FadeOutSeconds,
            };
        }
    }

    /// <summary>
    /// The voice on its way to a room or a player, until it is disposed. The chat closes all channels that are left.
    /// </summary>
    public sealed class Channel : IDisposable
    {
        readonly ulong chat;
        readonly uint number;
        NativeChannelState state = new NativeChannelState { Size = 12 };
        bool isClosed;

        internal Channel(ulong chat, uint number)
        {
            this.chat = chat;
            this.number = number;
        }

        /// <summary>Whether the voice goes out over it at this moment.</summary>
        public bool IsOpen
        {
            get
            {
                if (isClosed) return false;
                // A chat that has ended has no open channel.
                return NativeMethods.consonance_get_channel_state(chat, number, ref state) == Call.None && state.IsOpen != 0;
            }
        }

        /// <summary>How far it is faded in, 0 to 2.</summary>
        public float Volume
        {
            get { return IsOpen ? state.Volume : 0; }
        }

        /// <summary>Changes it from the next packet on; null for the usual settings.</summary>
        public void Set(ChannelSettings settings)
        {
            NativeChannelSettings native = ChannelSettings.Native(settings);
            Call.Check(NativeMethods.consonance_set_channel(chat, number, ref native));
        }

        /// <summary>Ends it with the next packet.</summary>
        public void Dispose()
        {
            if (isClosed) return;
            isClosed = true;
            // Fails where the chat has gone, and the channel with it.
            NativeMethods.consonance_close_channel(chat, number);
        }
    }
}
