using System;
using System.Collections.Generic;

namespace Dissonance.Networking
{
    /// <summary>One remote player as heard here: when speech starts and stops, and which frames count.</summary>
    internal sealed class Speaker
    {
        private const double SpeakingTimeout = 1.5;
        private const double ForgetTimeout = 15;
        private Dictionary<int, int> _ownSessions = new Dictionary<int, int>();
        private bool _gotFirst;
        private int _channelSession;
        private int _remoteSequence;
        private int _localSequence;
        private double _lastReceipt = double.NegativeInfinity;

        internal bool IsOpen { get; private set; }

        /// <summary>Takes a packet; the channels addressed to this client are <paramref name="kept"/>.</summary>
        internal void Receive(double now, VoiceData voice, List<WireChannel> kept, ISpeakerEvents events)
        {
            if (!_gotFirst)
                _channelSession = voice.ChannelSession;
            _gotFirst = true;
            var bits = voice.IsExtended ? 7 : 2;
            if (Wire.WrappedDelta(_channelSession, voice.ChannelSession, bits) < 0)
                return;
            var allReopened = Remember(kept);
            var allClosing = kept.TrueForAll(channel => channel.Bits.Closing);
            if (IsOpen && (allReopened || _channelSession != voice.ChannelSession))
                Close(events);
            if (!IsOpen && !allClosing)
                Open(voice, events);
            if (!IsOpen)
                return;
            Deliver(now, voice, events);
            if (allClosing)
                Close(events);
        }

        internal void CheckTimeout(double now, ISpeakerEvents events)
        {
            var silence = now - _lastReceipt;
            if (IsOpen && silence > SpeakingTimeout)
                Close(events);
            else if (!IsOpen && silence > ForgetTimeout)
                _gotFirst = false;
        }

        internal void Close(ISpeakerEvents events)
        {
            if (!IsOpen)
                return;
            IsOpen = false;
            events.Stopped();
        }

        private void Open(VoiceData voice, ISpeakerEvents events)
        {
            IsOpen = true;
            _channelSession = voice.ChannelSession;
            _remoteSequence = voice.Sequence;
            _localSequence = 0;
            events.Started();
        }

        /// <summary>A frame from before the start of the utterance is not heard.</summary>
        private void Deliver(double now, VoiceData voice, ISpeakerEvents events)
        {
            var delta = Wire.WrappedDelta(_remoteSequence, voice.Sequence, 16);
            if (_localSequence + delta < 0)
                return;
            _localSequence += delta;
            _remoteSequence = voice.Sequence;
            _lastReceipt = now;
            events.Heard((uint)_localSequence);
        }

        /// <summary>True if every channel was seen before with another session of its own, or there is none.</summary>
        private bool Remember(List<WireChannel> kept)
        {
            var allReopened = true;
            var now = new Dictionary<int, int>();
            foreach (var channel in kept)
            {
                int before;
                var known = now.TryGetValue(channel.Key, out before) ||
                    _ownSessions.TryGetValue(channel.Key, out before);
                allReopened &= known && before != channel.Bits.Session;
                now[channel.Key] = channel.Bits.Session;
            }
            _ownSessions = now;
            return allReopened;
        }
    }

    internal interface ISpeakerEvents
    {
        void Started();
        void Stopped();
        void Heard(uint sequence);
    }
}
