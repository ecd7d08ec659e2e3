//! The transmission of my own voice: the listeners of a frame, and its packets.

use alloc::vec::Vec;

use consonance_wire::{ClientId, List, Packet, Priority, VoiceChannel, VoiceData, VoiceOptions, VoiceReport};

use super::channels::{ChannelId, ChannelProperties, Channels, Target};
use super::output::Output;
use super::players::Players;
use super::routing::Sending;
use super::send_order::SendOrder;
use super::settings::ClientSettings;
use super::uplink_meter::UplinkMeter;
use crate::restrictions::Restriction;
use crate::time::Instant;

/// The reason why a frame was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VoiceError {
    /// The client has not joined a session; the frame is lost, as it would be too late in any case.
    #[error("no session is joined: frames are dropped until one is")]
    NotJoined,
    /// The frame and its channels do not fit into a packet.
    #[error("the frame does not fit into a packet: lower the bitrate or close some channels")]
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

/// The reason why a channel cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// The maximum of [`ClientSettings::channels`](super::ClientSettings) channels are open.
    #[error("{open} channels are open, which is the limit: close one first")]
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

/// My own voice: the channels that I speak on, and the numbers of its frames.
#[derive(Debug)]
pub struct OwnVoice {
    channels: Channels,
    /// The number of the next frame with a listener.
    sequence: u16,
    priority: Priority,
    /// The channels of the present frame.
    on_wire: Vec<VoiceChannel>,
    uplink_meter: UplinkMeter,
}

impl OwnVoice {
    pub(super) fn new(settings: &ClientSettings) -> Self {
        Self {
            channels: Channels::new(settings.as_original),
            sequence: 0,
            priority: settings.priority,
            on_wire: Vec::new(),
            uplink_meter: UplinkMeter::default(),
        }
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
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// Sets the priority of channels without a priority of their own, from the next frame on.
    pub fn set_priority(&mut self, priority: Priority) {
        self.priority = priority;
    }

    /// Skips this many frames: listeners conceal them like lost ones.
    pub fn skip(&mut self, frames: u16) {
        self.sequence = self.sequence.wrapping_add(frames);
    }

    /// The number that the next frame with a listener will carry.
    pub fn next_sequence(&self) -> u16 {
        self.sequence
    }

    pub(super) fn open_channel(
        &mut self,
        target: Target,
        properties: ChannelProperties,
        players: &Players,
        channels_max: usize,
    ) -> Result<ChannelId, ChannelError> {
        let open = self.channels.len();
        if open >= channels_max {
            return Err(ChannelError::TooMany { open });
        }
        let present = match &target {
            Target::Room(_) => None,
            Target::Player(name) => players.id_of(name),
        };
        Ok(self.channels.open(target, properties, present))
    }

    pub(super) fn on_player_joined(&mut self, name: &str, player: ClientId) {
        self.channels.on_player_joined(name, player);
    }

    pub(super) fn on_player_left(&mut self, name: &str) {
        self.channels.on_player_left(name);
    }

    /// Begins a new place at the server, where nothing of my voice has arrived yet.
    pub(super) fn begin(&mut self) {
        self.uplink_meter.begin();
    }

    /// Handles the server's report on how my voice arrives.
    pub(super) fn handle_report(&mut self, now: Instant, report: &VoiceReport<'_>, out: &mut Output) {
        self.uplink_meter.handle_report(now, report, out);
    }

    /// See [`Client::send_voice`](super::Client::send_voice).
    pub(super) fn send(&mut self, frame: &[u8], sending: &mut Sending<'_>) -> Result<usize, VoiceError> {
        if sending.me.is_some() {
            self.channels.apply_queued();
        }
        let heard_by = self.send_numbered(self.sequence, frame, sending)?;
        if let Some(heard_by) = heard_by {
            self.sequence = self.sequence.wrapping_add(1);
            self.channels.on_sent();
            sending.out.statistics.frames_sent += u64::from(heard_by > 0 || self.is_always_sent());
        }
        Ok(heard_by.unwrap_or(0))
    }

    /// See [`Client::send_late_voice`](super::Client::send_late_voice).
    pub(super) fn send_late(
        &mut self,
        frame: &[u8],
        frames_ago: u16,
        sending: &mut Sending<'_>,
    ) -> Result<usize, VoiceError> {
        let sequence = self.sequence.wrapping_sub(frames_ago);
        let heard_by = self.send_numbered(sequence, frame, sending)?.unwrap_or(0);
        sending.out.statistics.frames_sent += u64::from(heard_by > 0);
        Ok(heard_by)
    }

    /// Sends a frame with this number over the channels as they are; returns the number of other recipients, or none if
    /// there is no recipient at all, this client included.
    fn send_numbered(
        &mut self,
        sequence: u16,
        frame: &[u8],
        sending: &mut Sending<'_>,
    ) -> Result<Option<usize>, VoiceError> {
        let Some(me) = sending.me else {
            sending.out.statistics.frames_unheard += 1;
            return Err(VoiceError::NotJoined);
        };
        if sending.restrictions.has(Restriction::Muted) {
            sending.out.statistics.frames_unheard += 1;
            return Ok(None);
        }
        self.on_wire.clear();
        self.on_wire.extend(self.channels.on_wire(self.priority));
        let i_am_one = sending.router.destinations.set_listeners(sending.players, me.id, &self.on_wire);
        let is_always_sent = self.is_always_sent();
        if sending.router.destinations.clients().is_empty() && !i_am_one && !is_always_sent {
            sending.out.statistics.frames_unheard += 1;
            return Ok(None);
        }
        let voice = VoiceData {
            session: me.session,
            sender: me.id,
            options: VoiceOptions::new(self.channels.session()),
            sequence,
            channels: List::from(&*self.on_wire),
            frame,
        };
        let mut inner = [0; crate::PACKET_BYTES_MAX];
        let most = sending.settings.packets.unreliable_bytes;
        let written = Packet::from(voice).write(&mut inner[..most]).and_then(|length| {
            sending.send_to_destinations(me, SendOrder::PeerUnreliable, &inner[..length], is_always_sent)
        });
        let Ok((direct, relayed)) = written else {
            sending.out.statistics.frames_too_long += 1;
            return Err(VoiceError::TooLong);
        };
        sending.out.statistics.frames_direct += direct;
        sending.out.statistics.frames_relayed += relayed;
        if relayed > 0 || is_always_sent {
            self.uplink_meter.note_sent(sending.now, sequence);
        }
        Ok(Some(sending.router.destinations.clients().len()))
    }

    /// Whether a channel of the frame leads to the room whose voice is sent even without listeners.
    fn is_always_sent(&self) -> bool {
        self.on_wire.iter().any(VoiceChannel::is_always_sent)
    }
}
