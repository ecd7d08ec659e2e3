using System;
using Dissonance;

namespace Consonance.Unity
{
    /// <summary>A player of a game's server, from its first packet until it leaves.</summary>
    internal sealed class SidecarSeat<TPeer>
    {
        // A player that speaks shows within this time that it is here, and need not be asked.
        const double PatienceSeconds = 1;
        const double AnswerSeconds = 3;
        const double SparedSeconds = 30;

        double doubtedAt, heardAt, sparedUntil;
        bool isDoubted, isAsked;

        internal SidecarSeat(TPeer peer, ulong number)
        {
            Peer = peer;
            Number = number;
        }

        internal TPeer Peer { get; private set; }
        internal ulong Number { get; private set; }

        /// <summary>Its last one; null before.</summary>
        internal byte[] Handshake { get; private set; }

        /// <summary>The name in its handshake; null where there is none.</summary>
        internal string Name { get; private set; }

        internal CodecSettings Codec { get; private set; }

        /// <summary>Whether the stock server knows of it.</summary>
        internal bool IsAnnounced { get; set; }

        /// <summary>Whether the voice server was asked to let it join.</summary>
        internal bool HasAsked { get; set; }

        /// <summary>Notes a packet of the player.</summary>
        internal void Hear(ArraySegment<byte> packet, double now)
        {
            heardAt = now;
            if (!VoicePackets.IsHandshake(packet)) return;
            string name;
            CodecSettings codec;
            Handshake = VoicePackets.Copy(packet);
            VoicePackets.TryReadHandshake(packet, out name, out codec);
            Name = name;
            Codec = codec;
        }

        /// <summary>Another player asks for its name: whether this one is still here has to be found out.</summary>
        internal void Doubt(double now)
        {
            if (isDoubted || now < sparedUntil) return;
            isDoubted = true;
            isAsked = false;
            doubtedAt = now;
        }

        internal void EndDoubt()
        {
            isDoubted = false;
        }

        internal Presence CheckPresence(double now)
        {
            if (!isDoubted) return Presence.Unquestioned;
            if (heardAt > doubtedAt)
            {
                isDoubted = false;
                // Whoever keeps asking for the name does not disturb its holder more often.
                sparedUntil = now + SparedSeconds;
                return Presence.Here;
            }
            if (!isAsked && now > doubtedAt + PatienceSeconds)
            {
                isAsked = true;
                return Presence.ToBeAsked;
            }
            bool isLate = now > doubtedAt + PatienceSeconds + AnswerSeconds;
            return isLate ? Presence.Gone : Presence.Unquestioned;
        }
    }

    /// <summary>What is known about a player whose name another one asks for.</summary>
    internal enum Presence
    {
        /// <summary>Nothing is asked, or the answer is awaited.</summary>
        Unquestioned,
        /// <summary>It has to be made to send something.</summary>
        ToBeAsked,
        /// <summary>It has sent something.</summary>
        Here,
        /// <summary>It has not answered: it left, and the game's server did not say so.</summary>
        Gone,
    }
}
