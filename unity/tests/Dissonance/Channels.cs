using System.Collections.Generic;

namespace Dissonance.Networking
{
    /// <summary>
    /// The properties of a channel. The original recycles these: closing frees the record at once, and the next
    /// channel of that kind takes it, so a closing channel that still waits for a frame shows the new values.
    /// </summary>
    internal sealed class ChannelRecord
    {
        internal bool Positional;
        internal ChannelPriority Priority;
        internal float Amplitude;
    }

    /// <summary>An open channel; what is changed shows in the next frame.</summary>
    public sealed class StubChannel
    {
        internal readonly ChannelKind Kind;
        internal readonly ChannelRecord Record;
        private readonly StubVoice _voice;

        internal StubChannel(StubVoice voice, ChannelKind kind, string target, ChannelRecord record)
        {
            _voice = voice;
            Kind = kind;
            Target = target;
            Record = record;
        }

        public string Target { get; private set; }

        public bool IsRoom
        {
            get { return Kind == ChannelKind.Room; }
        }

        public bool Positional
        {
            get { return Record.Positional; }
            set { Record.Positional = value; }
        }

        public ChannelPriority Priority
        {
            get { return Record.Priority; }
            set { Record.Priority = value; }
        }

        public float Amplitude
        {
            get { return Record.Amplitude; }
            set { Record.Amplitude = value; }
        }

        public void Close()
        {
            _voice.Close(this);
        }
    }

    /// <summary>The channels of one client as its packets show them, and the changes since the last frame.</summary>
    internal sealed class ChannelList
    {
        private readonly List<Entry> _entries = new List<Entry>();
        private readonly List<Change> _queued = new List<Change>();

        /// <summary>0 to 127.</summary>
        internal byte Session { get; private set; }

        /// <summary>Takes effect at the next frame.</summary>
        internal void Open(StubChannel channel, ushort recipient)
        {
            _queued.Add(new Change { Channel = channel, Recipient = recipient, Opens = true });
        }

        /// <summary>Takes effect at the next frame; a channel that was never opened here just goes.</summary>
        internal void Close(StubChannel channel)
        {
            if (_entries.Exists(entry => entry.Channel == channel) || _queued.Exists(each => each.Channel == channel))
                _queued.Add(new Change { Channel = channel });
        }

        /// <summary>Without a closing packet.</summary>
        internal void PlayerLeft(string name)
        {
            _entries.RemoveAll(entry => LeadsTo(entry.Channel, name));
            _queued.RemoveAll(change => LeadsTo(change.Channel, name));
        }

        internal void ApplyQueued()
        {
            var allWereClosing = AllAreClosing;
            foreach (var change in _queued)
            {
                if (change.Opens)
                    ApplyOpen(change);
                else
                    foreach (var entry in _entries)
                        if (entry.Channel == change.Channel)
                            entry.Closing = true;
                allWereClosing |= AllAreClosing;
            }
            _queued.Clear();
            if (allWereClosing && !AllAreClosing)
                NextSession();
        }

        internal void Write(List<WireChannel> channels, ChannelPriority defaultPriority)
        {
            foreach (var entry in _entries)
            {
                var record = entry.Channel.Record;
                var priority = record.Priority == ChannelPriority.None ? defaultPriority : record.Priority;
                var bits = new ChannelBits(entry.Channel.Kind, record.Positional, entry.Closing, priority,
                    record.Amplitude);
                channels.Add(new WireChannel { Bits = bits, Recipient = entry.Recipient });
            }
        }

        /// <summary>A packet with all channels was sent.</summary>
        internal void Sent()
        {
            _entries.RemoveAll(entry => entry.Closing);
            if (_entries.Count == 0)
                NextSession();
        }

        private bool AllAreClosing
        {
            get { return _entries.Count > 0 && _entries.TrueForAll(entry => entry.Closing); }
        }

        /// <summary>A closing channel with the same record is open again.</summary>
        private void ApplyOpen(Change change)
        {
            var revived = _entries.Find(entry => entry.Closing && entry.Recipient == change.Recipient &&
                entry.Channel.Kind == change.Channel.Kind && entry.Channel.Record == change.Channel.Record);
            if (revived == null)
            {
                revived = new Entry();
                _entries.Add(revived);
            }
            revived.Channel = change.Channel;
            revived.Recipient = change.Recipient;
            revived.Closing = false;
        }

        private void NextSession()
        {
            Session = (byte)((Session + 1) % 128);
        }

        private static bool LeadsTo(StubChannel channel, string player)
        {
            return channel.Kind == ChannelKind.Player && channel.Target == player;
        }

        private sealed class Entry
        {
            internal StubChannel Channel;
            internal ushort Recipient;
            internal bool Closing;
        }

        private struct Change
        {
            internal StubChannel Channel;
            internal ushort Recipient;
            internal bool Opens;
        }
    }
}
