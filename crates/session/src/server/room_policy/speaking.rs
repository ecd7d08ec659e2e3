//! Checks whether a client may speak or write to a room.

use alloc::boxed::Box;
use core::time::Duration;

use consonance_wire::{ChannelKind, ClientId, RoomId, VoiceChannel, VoiceData};

use super::{Refused, Report, RoomPolicy};
use crate::server::access::RoomUse;
use crate::server::active_speaker_limiter::Heard;
use crate::server::fault::Fault;
use crate::server::members::Members;
use crate::time::Instant;

/// The reason for refusing a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum TextRefusal {
    /// Its sender is not allowed to write.
    Muted,
    /// Its sender may write again after this time.
    RateLimited(Duration),
}

impl RoomPolicy {
    /// Refuses the voice of a muted client.
    pub(in crate::server) fn check_muted(&self, own: ClientId) -> Result<(), Fault> {
        if self.register.is_muted(own) { Err(Fault::Muted) } else { Ok(()) }
    }

    /// Refuses a frame of a client that is muted, to a room where its speaker is not allowed to speak or has no place,
    /// or of more priority than it is allowed.
    pub(in crate::server) fn check_voice(
        &mut self,
        members: &Members,
        now: Instant,
        own: ClientId,
        voice: &VoiceData<'_>,
    ) -> Result<(), Refused> {
        self.check_muted(own)?;
        let has_rules = self.gate.has_rules() || self.gate.restricts();
        if has_rules || self.register.has_room_rights() || !self.kept_out.is_empty() {
            self.check_channels(own, voice)?;
        }
        self.check_places(members, now, own, voice)
    }

    fn check_channels(&mut self, own: ClientId, voice: &VoiceData<'_>) -> Result<(), Refused> {
        let priority_max = self.gate.access(own).and_then(|access| access.priority_max);
        for VoiceChannel { bits, recipient } in voice.channels {
            if priority_max.is_some_and(|most| bits.priority() > most) {
                let report = self.gate.note_priority(own).then_some(Report::Priority);
                return Err(Refused::new(Fault::PriorityForbidden, report));
            }
            if bits.kind() == ChannelKind::Room {
                self.check_speech(own, RoomId(recipient))?;
            }
        }
        Ok(())
    }

    /// Refuses voice and text of a client to a room where it is not allowed to speak.
    pub(in crate::server) fn check_speech(&mut self, own: ClientId, room: RoomId) -> Result<(), Refused> {
        let right = self.register.speak_right(own, room);
        let may =
            right.unwrap_or_else(|| self.gate.may_speak(own, room) && self.keeps_to_its_rooms(own, room));
        if may && !self.is_kept_out(own, room) {
            return Ok(());
        }
        let name = self.name_of(room);
        let report = self.note_attempt(own, room, &name, RoomUse::Speak);
        Err(Refused::new(Fault::SpeechForbidden, report))
    }

    /// Whether a client may by its own patterns speak to every room that the wire knows by this id.
    fn keeps_to_its_rooms(&self, own: ClientId, room: RoomId) -> bool {
        if !self.gate.keeps_to_names() {
            return true;
        }
        let access = self.gate.access(own);
        access.is_none_or(|access| self.directory.names_of_id(room).all(|name| access.may_speak_to(name)))
    }

    /// Whether a client that speaks to this id means a room that it could not enter, and others would hear it.
    fn is_kept_out(&self, id: ClientId, room: RoomId) -> bool {
        let would_hear_it = |wanted: &str, name: &str| {
            name != wanted
                && (self.directory.is_taken_by_reserved(wanted) || !self.follows_same_rules(wanted, name))
        };
        let mut wanted = self.kept_out.names_of(id, room);
        wanted.any(|wanted| self.directory.names_of_id(room).any(|name| would_hear_it(wanted, name)))
    }

    /// Refuses a frame to a room that has enough speakers without its sender, and takes a place for it otherwise.
    fn check_places(
        &mut self,
        members: &Members,
        now: Instant,
        own: ClientId,
        voice: &VoiceData<'_>,
    ) -> Result<(), Refused> {
        if self.quotas.active_speakers.is_limited() && !self.proximity.concerns(voice) {
            self.check_active_speakers(members, now, own, voice)?;
        }
        if !self.quotas.limits_speakers() {
            return Ok(());
        }
        let to_rooms = voice.channels.iter().filter(|channel| channel.bits.kind() == ChannelKind::Room);
        for VoiceChannel { bits, recipient } in to_rooms {
            let room = RoomId(recipient);
            let Err(is_new) = self.quotas.has_place(now, own, room) else { continue };
            let full = |room| Report::Full { room, to: RoomUse::Speak, is_first: true };
            let report = (is_new && !bits.is_closing()).then(|| full(self.name_of(room)));
            return Err(Refused::new(Fault::SpeakersLimited, report));
        }
        self.quotas.take_places(now, own, voice.channels.iter());
        Ok(())
    }

    /// Refuses a frame that would only be heard in rooms that have enough voices.
    fn check_active_speakers(
        &mut self,
        members: &Members,
        now: Instant,
        own: ClientId,
        voice: &VoiceData<'_>,
    ) -> Result<(), Fault> {
        let codec = members.get(own).map(|member| member.codec.kind);
        let heard = Heard::new(own, codec, voice.frame);
        let mut is_heard = voice.channels.is_empty();
        for VoiceChannel { bits, recipient } in voice.channels {
            is_heard |= bits.kind() == ChannelKind::Player;
            if bits.kind() == ChannelKind::Room && !members.listeners(RoomId(recipient)).is_empty() {
                is_heard |= self.quotas.active_speakers.admits(now, RoomId(recipient), bits, heard);
            }
        }
        if is_heard { Ok(()) } else { Err(Fault::Shed) }
    }

    /// Refuses a text of a client that is muted, or has to wait `anywhere`, or longer in this room. `to` are the
    /// clients that this packet brings the text to.
    pub(in crate::server) fn check_text(
        &mut self,
        now: Instant,
        own: ClientId,
        (anywhere, room): (Duration, Option<RoomId>),
        packet: &[u8],
        to: impl Iterator<Item = ClientId> + Clone,
    ) -> Result<(), TextRefusal> {
        if self.register.is_text_muted(own) {
            return Err(TextRefusal::Muted);
        }
        let wait = self.quotas.take_text(now, own, anywhere, room);
        if self.quotas.pass_text(own, wait.is_zero(), packet, to) {
            return Ok(());
        }
        Err(TextRefusal::RateLimited(wait))
    }

    /// The first name of a room id among the rooms in use; empty if there is none.
    fn name_of(&self, room: RoomId) -> Box<str> {
        self.directory.names_of_id(room).next().map(Box::from).unwrap_or_default()
    }
}
