using System;
using Dissonance.Networking.Server.Admin;

namespace Dissonance.Networking
{
    public enum NetworkMode
    {
        None,
        Host,
        Client,
        DedicatedServer
    }

    public static class NetworkModeExtensions
    {
        public static bool IsServerEnabled(this NetworkMode mode)
        {
            return mode == NetworkMode.Host || mode == NetworkMode.DedicatedServer;
        }

        public static bool IsClientEnabled(this NetworkMode mode)
        {
            return mode == NetworkMode.Host || mode == NetworkMode.Client;
        }
    }

    public enum StubConnectionStatus
    {
        Disconnected,

        /// <summary>A side is missing or still in its handshake.</summary>
        Degraded,

        Connected
    }

    /// <summary>A text that has come.</summary>
    public struct TextMessage
    {
        internal StubReceivedText Content;
    }

    /// <summary>A frame of voice that has come.</summary>
    public struct VoicePacket
    {
        internal StubReceivedVoice Content;
    }

    /// <summary>A player enters a room, or leaves it.</summary>
    public struct RoomEvent
    {
        internal string Player;
        internal string Room;
        internal bool HasEntered;
    }

    /// <summary>The network component as a client sees it.</summary>
    public interface ICommsNetworkState
    {
        StubNetworkState StubState { get; }
    }

    /// <summary>What a client of the stand-in is told about its network component.</summary>
    public sealed class StubNetworkState
    {
        public StubNetworkState(string playerName, CodecSettings codec, StubVoice voice)
        {
            PlayerName = playerName;
            CodecSettings = codec;
            Voice = voice;
        }

        public string PlayerName { get; private set; }
        public CodecSettings CodecSettings { get; private set; }

        /// <summary>What tests speak and hear through.</summary>
        public StubVoice Voice { get; private set; }
    }

    /// <summary>The network component as the voice chat sees it.</summary>
    public interface ICommsNetwork
    {
        event Action<NetworkMode> ModeChanged;
        event Action<string, CodecSettings> PlayerJoined;
        event Action<string> PlayerLeft;
        event Action<RoomEvent> PlayerEnteredRoom;
        event Action<RoomEvent> PlayerExitedRoom;
        event Action<string> PlayerStartedSpeaking;
        event Action<string> PlayerStoppedSpeaking;
        event Action<VoicePacket> VoicePacketReceived;
        event Action<TextMessage> TextPacketReceived;

        void Initialize(string playerName, Rooms rooms, PlayerChannels playerChannels, RoomChannels roomChannels,
            CodecSettings codecSettings);

        void SendVoice(ArraySegment<byte> data);

        void SendText(string data, ChannelType recipientType, string recipientId);
    }

    /// <summary>Nothing of it is known here.</summary>
    internal sealed class NoServerAdmin : IServerAdmin
    {
    }
}

namespace Dissonance.Networking.Client
{
    public enum ClientStatus
    {
        StubOk,
        StubError
    }

    public interface IClient<TPeer>
    {
    }
}

namespace Dissonance.Networking.Server
{
    public enum ServerState
    {
        StubOk,
        StubError
    }

    public interface IServer<TPeer>
    {
    }
}

namespace Dissonance.Networking.Server.Admin
{
    public interface IServerAdmin
    {
    }
}
