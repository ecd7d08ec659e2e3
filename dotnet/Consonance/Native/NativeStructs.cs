// Made from crates/ffi by `cargo xtask write declarations`; do not edit.

using System;
using System.Runtime.InteropServices;

namespace Consonance.Native
{
    // The structs of consonance.h, which says what each field is. Only numbers and pointers, so that none is ever
    // copied for a call.

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
        internal IntPtr Encryption;
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
    internal struct NativeEncryptionSettings
    {
        internal uint Size;
        internal int Policy;
        internal IntPtr Identity;
        internal IntPtr Account;
        internal IntPtr Attestation;
        internal IntPtr AttestationKeys;
        internal IntPtr Purpose;
        internal IntPtr KnownKeys;
        internal uint IdentityLength;
        internal uint KnownKeysLength;
        internal uint ConstantRate;
        internal uint SignSpeech;
        internal IntPtr ModeratorsKey;
        internal IntPtr KeyLog;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeEncryptionStatus
    {
        internal uint Size;
        internal int State;
        internal ulong Epoch;
        internal uint IsMember;
        internal uint MemberCount;
        internal IntPtr SafetyWords;
        internal IntPtr SafetyDigits;
        internal ulong PacketsSealed;
        internal ulong PacketsOpened;
        internal ulong PacketsSentPlain;
        internal ulong PacketsReceivedPlain;
        internal ulong PacketsWithoutKeys;
        internal ulong PacketsRefused;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeEncryptedMember
    {
        internal uint Size;
        internal uint Player;
        internal ulong Epoch;
        internal uint IsLocal;
        internal uint IsConfirmed;
        internal int Recognition;
        internal uint WasVerified;
        internal int AccountProof;
        internal uint Reserved;
        internal IntPtr Name;
        internal IntPtr Account;
        internal IntPtr Purpose;
        internal IntPtr Key;
        internal IntPtr SafetyWords;
        internal IntPtr SafetyDigits;
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
        internal int Encryption;
        internal uint Reserved;
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
        internal float PositionX;
        internal float PositionY;
        internal float PositionZ;
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
}
