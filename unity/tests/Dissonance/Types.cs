using System;
using System.Runtime.CompilerServices;
using Dissonance.Audio.Codecs;

[assembly: InternalsVisibleTo("StubTests")]
[assembly: InternalsVisibleTo("DissonanceEditor")]
[assembly: InternalsVisibleTo("Consonance.Unity.Original.Tests")]

namespace Dissonance.Audio.Codecs
{
    public enum Codec : byte
    {
        Identity = 0,
        Opus = 1
    }
}

namespace Dissonance
{
    /// <summary>No parameters for a network.</summary>
    public struct Unit
    {
        public static readonly Unit None = new Unit();
    }

    /// <summary>What a text or a channel goes to.</summary>
    public enum ChannelType
    {
        Player,
        Room
    }

    /// <summary>The order of the values is the order of importance. None is the player's own priority.</summary>
    public enum ChannelPriority
    {
        None = -2,
        Low = -1,
        Default = 0,
        Medium = 1,
        High = 2
    }

    /// <summary>How a player's voice is encoded for as long as it stays.</summary>
    public struct CodecSettings
    {
        public CodecSettings(Codec codec, uint frameSize, int sampleRate)
        {
            Codec = codec;
            FrameSize = frameSize;
            SampleRate = sampleRate;
        }

        internal Codec Codec { get; private set; }

        /// <summary>Samples of one channel per frame.</summary>
        internal uint FrameSize { get; private set; }

        /// <summary>Hz.</summary>
        internal int SampleRate { get; private set; }
    }

    /// <summary>The rooms that the player listens to. The stand-in has them in its StubVoice.</summary>
    public sealed class Rooms
    {
        internal Rooms()
        {
        }
    }

    /// <summary>The channels to players. The stand-in has them in its StubVoice.</summary>
    public sealed class PlayerChannels
    {
        internal PlayerChannels()
        {
        }
    }

    /// <summary>The channels to rooms. The stand-in has them in its StubVoice.</summary>
    public sealed class RoomChannels
    {
        internal RoomChannels()
        {
        }
    }

    /// <summary>A malformed or too long packet.</summary>
    public class StubPacketException : Exception
    {
        public StubPacketException(string message) : base(message)
        {
        }
    }
}
