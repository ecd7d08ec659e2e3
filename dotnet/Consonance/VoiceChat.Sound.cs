using System;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    // An engine's sound, positions, and packets over a game's own connection.
    public sealed partial class VoiceChat
    {
        /// <summary>Sends the mix of all players to the engine, which pulls it. A second stream ends the first one's sound.</summary>
        public OutputStream OpenEngineOutput()
        {
            ulong stream;
            Call.Check(NativeMethods.consonance_engine_output(Handle, out stream));
            return new OutputStream(stream);
        }

        /// <summary>Speaks with what the engine records and pushes.</summary>
        public InputStream OpenEngineInput()
        {
            ulong stream;
            Call.Check(NativeMethods.consonance_engine_input(Handle, out stream));
            return new InputStream(stream);
        }

        /// <summary>
        /// Takes what the engine plays, so that echo cancelling can remove it from the microphone.
        /// </summary>
        /// <param name="withVoices">
        /// True where the voices are in what is pushed, as from an engine's last mixer stage; false where it is the
        /// game's own sound alone.
        /// </param>
        public InputStream OpenEchoReference(bool withVoices)
        {
            ulong stream;
            Call.Check(NativeMethods.consonance_echo_reference(Handle, withVoices ? 1u : 0, out stream));
            return new InputStream(stream);
        }

        /// <summary>
        /// Tells where the listener is, in metres, where the nose points to, and the top of the head.
        /// </summary>
        public void SetListener(
            float x, float y, float z, float forwardX, float forwardY, float forwardZ, float upX, float upY, float upZ)
        {
            NativePose pose = new NativePose
            {
                PositionX = x, PositionY = y, PositionZ = z,
                ForwardX = forwardX, ForwardY = forwardY, ForwardZ = forwardZ,
                UpX = upX, UpY = upY, UpZ = upZ,
            };
            Call.Check(NativeMethods.consonance_set_listener(Handle, ref pose));
        }

        /// <summary>Tells that the listener's place is not known any more.</summary>
        public void ForgetListener()
        {
            Call.Check(NativeMethods.consonance_set_listener(Handle, IntPtr.Zero));
        }

        /// <summary>Whether the server is told where the listener is, for its proximity rooms.</summary>
        public void SetSharePosition(bool isShared)
        {
            Call.Check(NativeMethods.consonance_set_share_position(Handle, isShared ? 1u : 0));
        }

        /// <summary>How voices get quieter with distance, in metres, and how directions are made audible.</summary>
        public void SetSpatial(SpatialMode mode, RollOff rollOff, float minDistance, float maxDistance)
        {
            NativeSpatialSettings native = new NativeSpatialSettings
            {
                Size = (uint)Marshal.SizeOf(typeof(NativeSpatialSettings)),
                Mode = (int)mode,
                RollOff = (int)rollOff,
                MinDistance = minDistance,
                MaxDistance = maxDistance,
            };
            Call.Check(NativeMethods.consonance_set_spatial(Handle, ref native));
        }

        /// <summary>Whether the listener wears headphones; null to tell by the loudspeaker's name.</summary>
        public void SetHeadphones(bool? wears)
        {
            Call.Check(NativeMethods.consonance_set_headphones(Handle, wears.HasValue ? (wears.Value ? 1 : 0) : -1));
        }

        internal void SetPosition(NativePosition position)
        {
            positions.Set(position);
        }

        /// <summary>The game's own connection to the host is up, or down.</summary>
        public void SetLinkUp(bool isUp)
        {
            Call.Check(NativeMethods.consonance_link(Handle, isUp ? 1u : 0));
        }

        /// <summary>Takes a packet that the host has sent over the game's own connection.</summary>
        public void Receive(ArraySegment<byte> packet, bool isReliable)
        {
            if (packet.Count == 0) return;
            Call.Check(NativeMethods.consonance_packet_in(
                Handle, isReliable ? 1u : 0, ref packet.Array[packet.Offset], (UIntPtr)(uint)packet.Count));
        }

        /// <summary>
        /// The next thing to do on the game's own connection; false where there is none. To be called in every frame
        /// until it is false.
        /// </summary>
        public bool TryTakePacket(out VoicePacket packet)
        {
            return taker.TryTake(Handle, out packet);
        }
    }
}
