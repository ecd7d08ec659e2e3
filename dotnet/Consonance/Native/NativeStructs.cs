using System;
using System.Runtime.InteropServices;

namespace Consonance.Native
{
    // The structs of consonance.h, field by field. Only numbers and pointers, so that none is ever copied for a call.

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeSettings
    {
        internal uint Size;
        internal int Sound;
        internal IntPtr Address;
        internal IntPtr Name;
        internal IntPtr JoinToken;
        internal IntPtr Password;
        internal IntPtr ListenRooms;
        internal IntPtr SpeakRooms;
        internal uint ListenRoomCount;
        internal uint SpeakRoomCount;
        internal IntPtr Microphone;
        internal IntPtr Loudspeaker;
        internal IntPtr Voice;
        internal uint ReconnectTimeoutMs;
        internal uint RetryFirstConnect;
        internal uint SharePosition;
        internal int Network;
        internal uint ReliableBytes;
        internal uint UnreliableBytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeChannelSettings
    {
        internal uint Size;
        internal uint Positional;
        internal int Priority;
        internal float Amplitude;
        internal int Activation;
        internal float FadeInSeconds;
        internal float FadeOutSeconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeChannelState
    {
        internal uint Size;
        internal uint IsOpen;
        internal float Volume;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeStatus
    {
        internal uint Size;
        internal int Connection;
        internal uint IsTransmitting;
        internal uint IsVoiceDetected;
        internal uint IsMuted;
        internal uint IsDeafened;
        internal uint OtherPlayers;
        internal uint TopPrioritySpeaker;
        internal float Amplitude;
        internal float PacketLoss;
        internal ulong EventsDropped;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeEvent
    {
        internal uint Size;
        internal int Kind;
        internal uint Player;
        internal int Detail;
        internal ulong Number;
        internal IntPtr Name;
        internal IntPtr Room;
        internal IntPtr Text;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativePlayerInfo
    {
        internal uint Size;
        internal uint Player;
        internal uint IsConnected;
        internal uint IsLocal;
        internal uint IsSpeaking;
        internal uint IsMuted;
        internal uint IsPositional;
        internal int Priority;
        internal float Amplitude;
        internal float Volume;
        internal float PacketLoss;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativePosition
    {
        internal uint Player;
        internal uint IsKnown;
        internal float X;
        internal float Y;
        internal float Z;
        internal float Occlusion;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativePose
    {
        internal float PositionX;
        internal float PositionY;
        internal float PositionZ;
        internal float ForwardX;
        internal float ForwardY;
        internal float ForwardZ;
        internal float UpX;
        internal float UpY;
        internal float UpZ;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeSpatialSettings
    {
        internal uint Size;
        internal int Mode;
        internal int RollOff;
        internal float MinDistance;
        internal float MaxDistance;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeHostSettings
    {
        internal uint Size;
        internal uint PlayersMax;
        internal IntPtr Session;
        internal IntPtr Listen;
        internal IntPtr PublicHost;
        internal IntPtr Password;
        internal uint ReliableBytes;
        internal uint UnreliableBytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativePacket
    {
        internal uint Size;
        internal int Action;
        internal ulong Peer;
        internal uint Reliable;
        internal uint Reserved;
    }
}
