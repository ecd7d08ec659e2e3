//! The transmission of my own voice: the listeners of a frame, and its packets.

use core::fmt;

use consonance_wire::{List, Packet, VoiceChannel, VoiceData, VoiceOptions};

use super::Client;
use super::channels::{ChannelId, ChannelProperties, Target};
use super::connect::Connection;
use super::stages::Stage;
use crate::restrictions::Restriction;

/// The reason why a frame was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VoiceError {
    /// The client has not joined a session; the frame is lost, as it would be too late in any case.
    NotJoined,
    /// The frame and its channels do not fit into a packet.
    TooLong,
}

impl VoiceError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJoined => "not-joined",
            Self::TooLong => "too-long",
        }
    }
}

impl fmt::Display for VoiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotJoined => "no session is joined: frames are dropped until one is",
            Self::TooLong => "the frame does not fit into a packet: lower the bitrate or close some channels",
        })
    }
}

impl core::error::Error for VoiceError {}

/// The reason why a channel cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChannelError {
    /// The maximum of [`ClientSettings::channels`](super::ClientSettings) channels are open.
    TooMany {
        /// Channels open now.
        open: usize,
    },
}

impl ChannelError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "too-many",
        }
    }
}

impl fmt::Display for ChannelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::TooMany { open } = self;
        write!(f, "{open} channels are open, which is the limit: close one first")
    }
}

impl core::error::Error for ChannelError {}

impl Client {
    /// Speaks to a room or a player from the next frame on. A channel to an absent player waits for that player;
    /// channels outlive a lost link.
    ///
    /// # Errors
    /// If too many channels are open.
    pub fn open_channel(
        &mut self,
        target: Target,
        properties: ChannelProperties,
    ) -> Result<ChannelId, ChannelError> {
        let open = self.channels.len();
        if open >= self.settings.channels {
            return Err(ChannelError::TooMany { open });
        }
        let present = match &target {
            Target::Room(_) => None,
            Target::Player(name) => self.player(name),
        };
        Ok(self.channels.open(target, properties, present))
    }

    /// Changes an open channel; the next frame shows it. False if it is not open.
    pub fn set_channel(&mut self, channel: ChannelId, properties: ChannelProperties) -> bool {
        self.channels.set(channel, properties)
    }

    /// Closes a channel: the next frame is its last. False if it was not open.
    pub fn close_channel(&mut self, channel: ChannelId) -> bool {
        self.channels.close(channel)
    }

    /// Whether any channel is open, waiting, or still has its closing to be sent.
    pub fn has_channels(&self) -> bool {
        self.channels.len() > 0
    }

    /// The priority of channels without a priority of their own.
    pub fn priority(&self) -> consonance_wire::Priority {
        self.settings.priority
    }

    /// Sets the priority of channels without a priority of their own, from the next frame on.
    pub fn set_priority(&mut self, priority: consonance_wire::Priority) {
        self.settings.priority = priority;
    }

    /// Sends one encoded frame to all recipients of my channels; returns their number.
    ///
    /// Without a listener nothing is sent, unless a channel leads to
    /// [`ALWAYS_SEND_ROOM`](consonance_wire::ALWAYS_SEND_ROOM): then the frame goes to the server for recorders and
    /// taps there. Nothing is sent while the server's operator has muted me. Until a frame is sent, closing channels
    /// wait.
    ///
    /// A frame counts as sent at the latest time from the driver; for an exact
    /// [`UplinkReport::queueing`](crate::UplinkReport), call [`handle_timeout`](Self::handle_timeout) before.
    ///
    /// # Errors
    /// If the client has not joined a session or the frame is too long.
    pub fn send_voice(&mut self, frame: &[u8]) -> Result<usize, VoiceError> {
        if self.joined().is_ok() {
            self.channels.apply_queued();
        }
        let heard_by = self.send_numbered(self.sequence, frame)?;
        if let Some(heard_by) = heard_by {
            self.sequence = self.sequence.wrapping_add(1);
            self.channels.on_sent();
            self.statistics.frames_sent += u64::from(heard_by > 0 || self.is_always_sent());
        }
        Ok(heard_by.unwrap_or(0))
    }

    /// Skips this many frames: listeners conceal them like lost ones.
    pub fn skip_voice(&mut self, frames: u16) {
        self.sequence = self.sequence.wrapping_add(frames);
    }

    /// Sends a frame that missed its turn, this many frames late: 1 is the place right before the next frame. Those
    /// places must have been [skipped](Self::skip_voice). It does not change any channels, and is for an utterance
    /// that continues; returns the number of recipients.
    ///
    /// # Errors
    /// As [`send_voice`](Self::send_voice).
    pub fn send_late_voice(&mut self, frame: &[u8], frames_ago: u16) -> Result<usize, VoiceError> {
        let heard_by = self.send_numbered(self.sequence.wrapping_sub(frames_ago), frame)?.unwrap_or(0);
        self.statistics.frames_sent += u64::from(heard_by > 0);
        Ok(heard_by)
    }

    /// The number that the next frame with a listener will carry.
    pub fn next_sequence(&self) -> u16 {
        self.sequence
    }

    /// Sends a frame with this number over the channels as they are; returns the number of other recipients, or none if
    /// there is no recipient at all, this client included.
    fn send_numbered(&mut self, sequence: u16, frame: &[u8]) -> Result<Option<usize>, VoiceError> {
        let Connection::Joined { link, session, id, .. } = self.connection else {
            self.statistics.frames_unheard += 1;
            return Err(VoiceError::NotJoined);
        };
        if self.own_restrictions.has(Restriction::Muted) {
            self.statistics.frames_unheard += 1;
            return Ok(None);
        }
        self.on_wire.clear();
        self.on_wire.extend(self.channels.on_wire(self.settings.priority));
        let i_am_one = self.destinations.set_listeners(&mut self.players, id, &self.on_wire);
        let is_always_sent = self.is_always_sent();
        if self.destinations.clients().is_empty() && !i_am_one && !is_always_sent {
            self.statistics.frames_unheard += 1;
            return Ok(None);
        }
        let voice = VoiceData {
            session,
            sender: id,
            options: VoiceOptions::new(self.channels.session()),
            sequence,
            channels: List::from(&*self.on_wire),
            frame,
        };
        let mut inner = [0; crate::PACKET_BYTES_MAX];
        let most = self.settings.packets.unreliable_bytes;
        let written = Packet::from(voice).write(&mut inner[..most]).and_then(|length| {
            self.send_to_destinations(Stage::PeerUnreliable, link, session, &inner[..length], is_always_sent)
        });
        let Ok((direct, relayed)) = written else {
            self.statistics.frames_too_long += 1;
            return Err(VoiceError::TooLong);
        };
        self.statistics.frames_direct += direct;
        self.statistics.frames_relayed += relayed;
        if relayed > 0 || is_always_sent {
            self.uplink_meter.note_sent(self.now, sequence);
        }
        Ok(Some(self.destinations.clients().len()))
    }

    /// Whether a channel of the frame leads to the room whose voice is sent even without listeners.
    fn is_always_sent(&self) -> bool {
        self.on_wire.iter().any(VoiceChannel::is_always_sent)
    }
}
