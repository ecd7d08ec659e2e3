//! Reports of speakers and their recipients, for servers that request them.
//!
//! A channel begins with the first frame that carries it. It ends with the frame that closes it, with one that no
//! longer carries it, or when nothing has come for as long as listeners wait.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use consonance_wire::{ChannelKind, ClientId, Priority, RoomId, VoiceData};

use super::event::ServerEvent;
use super::members::Members;
use super::room_directory::RoomDirectory;
use crate::client::SPEAKING_TIMEOUT;
use crate::queue::EventQueue;
use crate::time::Instant;

/// The recipient of a speaker's voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpokenTo {
    /// All listeners of a room.
    Room {
        /// The room's id on the wire.
        id: RoomId,
        /// Its name, if it has listeners.
        name: Option<Box<str>>,
    },
    /// One player.
    Player {
        /// Its id.
        id: ClientId,
        /// Its name, if it is here.
        name: Option<Box<str>>,
    },
}

/// One channel that a client speaks on, by its last frame.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MonitoredChannel {
    /// Its recipient.
    pub to: SpokenTo,
    /// Whether the voice comes from a place in the world.
    pub positional: bool,
    /// The priority; a listener ducks lower ones.
    pub priority: Priority,
    /// Loudness, 0 … 2.
    pub amplitude: f32,
}

/// The channels of all speakers.
#[derive(Debug, Default)]
pub(super) struct Monitor {
    speaking: BTreeMap<ClientId, Speaking>,
    /// The time at which each of them has stopped if nothing arrives until then.
    deadlines: BTreeSet<(Instant, ClientId)>,
    /// The channels of the frame that is being processed.
    heard: Vec<consonance_wire::VoiceChannel>,
}

#[derive(Debug)]
struct Speaking {
    last: Instant,
    channels: Vec<consonance_wire::VoiceChannel>,
}

/// The maximum number of reported channels of one speaker, the first of each frame: people speak to few at once, and a
/// frame can list 252.
const CHANNELS_MAX: usize = 16;

/// A recipient as the wire distinguishes it.
type WireTarget = (ChannelKind, u16);

fn target(channel: consonance_wire::VoiceChannel) -> WireTarget {
    (channel.bits.kind(), channel.recipient)
}

impl Monitor {
    /// Handles a frame of a client that is here, and reports its channels that have begun or ended. Returns the number
    /// of its channels over the limit.
    pub(super) fn note_frame(
        &mut self,
        now: Instant,
        voice: &VoiceData<'_>,
        (members, directory): (&Members, &RoomDirectory),
        events: &mut EventQueue<ServerEvent>,
    ) -> u64 {
        let mut changes = Vec::new();
        let crowded = self.hear(now, voice, |target, begun| changes.push((target, begun)));
        for (target, begun) in changes {
            report_channel(members, directory, events, (voice.sender, target, begun));
        }
        crowded
    }

    /// Handles a frame of this client. Passes each channel that has begun (`true`) or ended to `tell`, endings first.
    /// Returns the number of its channels over the limit.
    fn hear(&mut self, now: Instant, voice: &VoiceData<'_>, mut tell: impl FnMut(WireTarget, bool)) -> u64 {
        let crowded = self.note_heard(voice);
        let speaking =
            self.speaking.entry(voice.sender).or_insert_with(|| Speaking { last: now, channels: Vec::new() });
        let carries = |list: &[consonance_wire::VoiceChannel], wanted: WireTarget| {
            list.iter().any(|channel| target(*channel) == wanted)
        };
        for ended in
            speaking.channels.iter().copied().map(target).filter(|before| !carries(&self.heard, *before))
        {
            tell(ended, false);
        }
        for begun in self.heard.iter().copied().map(target) {
            if !carries(&speaking.channels, begun) {
                tell(begun, true);
            }
        }
        self.deadlines.remove(&(speaking.last + SPEAKING_TIMEOUT, voice.sender));
        core::mem::swap(&mut speaking.channels, &mut self.heard);
        speaking.last = now;
        if speaking.channels.is_empty() {
            self.speaking.remove(&voice.sender);
        } else {
            self.deadlines.insert((now + SPEAKING_TIMEOUT, voice.sender));
        }
        crowded
    }

    /// Keeps the open channels of a frame, each once; returns the number of those over the limit.
    fn note_heard(&mut self, voice: &VoiceData<'_>) -> u64 {
        self.heard.clear();
        let mut crowded = 0;
        for channel in voice.channels.iter().filter(|channel| !channel.bits.is_closing()) {
            if self.heard.iter().any(|known| target(*known) == target(channel)) {
                continue;
            }
            if self.heard.len() < CHANNELS_MAX {
                self.heard.push(channel);
            } else {
                crowded += 1;
            }
        }
        crowded
    }

    /// Removes a speaker that has been silent for too long, or is gone; returns the channels that have ended with it.
    fn end(&mut self, id: ClientId) -> Vec<WireTarget> {
        let Some(ended) = self.speaking.remove(&id) else { return Vec::new() };
        self.deadlines.remove(&(ended.last + SPEAKING_TIMEOUT, id));
        ended.channels.iter().copied().map(target).collect()
    }

    /// Ends all channels of a client that has left, is silent, or must not speak.
    pub(super) fn end_channels(
        &mut self,
        id: ClientId,
        members: &Members,
        directory: &RoomDirectory,
        events: &mut EventQueue<ServerEvent>,
    ) {
        for target in self.end(id) {
            report_channel(members, directory, events, (id, target, false));
        }
    }

    /// Ends the channels of all speakers.
    pub(super) fn end_all_channels(
        &mut self,
        members: &Members,
        directory: &RoomDirectory,
        events: &mut EventQueue<ServerEvent>,
    ) {
        while let Some(id) = self.any() {
            self.end_channels(id, members, directory, events);
        }
    }

    /// The channels on which a client is speaking, and the time of its last frame; none while it is silent.
    pub(super) fn channels_of(
        &self,
        id: ClientId,
        members: &Members,
        directory: &RoomDirectory,
    ) -> Option<(Instant, Vec<MonitoredChannel>)> {
        let speaking = self.speaking.get(&id)?;
        let rows = speaking.channels.iter().map(|channel| MonitoredChannel {
            to: spoken_to(members, directory, target(*channel)),
            positional: channel.bits.is_positional(),
            priority: channel.bits.priority(),
            amplitude: channel.bits.amplitude(),
        });
        Some((speaking.last, rows.collect()))
    }

    /// The time at which the next speaking client will have been silent for too long.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.deadlines.first().map(|&(at, _)| at)
    }

    /// A client that has been silent for too long.
    pub(super) fn silent(&self, now: Instant) -> Option<ClientId> {
        self.deadlines.first().filter(|(at, _)| *at <= now).map(|&(_, id)| id)
    }

    /// A client that speaks.
    fn any(&self) -> Option<ClientId> {
        self.speaking.keys().next().copied()
    }
}

/// Reports that a client has begun (`true`) to speak to a recipient, or has stopped.
fn report_channel(
    members: &Members,
    directory: &RoomDirectory,
    events: &mut EventQueue<ServerEvent>,
    (id, target, begun): (ClientId, WireTarget, bool),
) {
    let Some(name) = members.name_of(id) else { return };
    let to = spoken_to(members, directory, target);
    events.push(if begun {
        ServerEvent::StartedSpeaking { id, name, to }
    } else {
        ServerEvent::StoppedSpeaking { id, name, to }
    });
}

/// The recipient of a channel, with its name.
fn spoken_to(members: &Members, directory: &RoomDirectory, (kind, recipient): WireTarget) -> SpokenTo {
    match kind {
        ChannelKind::Room => {
            let id = RoomId(recipient);
            let name = directory.names_of_id(id).next().map(Into::into);
            SpokenTo::Room { id, name }
        }
        ChannelKind::Player => {
            let id = ClientId(recipient);
            SpokenTo::Player { id, name: members.name_of(id) }
        }
    }
}

#[cfg(test)]
mod tests;
