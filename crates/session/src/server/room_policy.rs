//! The rooms in use and their rules: where a client may listen and speak, and which rooms the wire can distinguish.
//!
//! The rights of a client follow from the rules of a room, from the access that the driver has granted, from an
//! operator's decisions about it, and from the clients that are already there. Each of these is a separate part here,
//! and this module combines them. It sends nothing: a refusal contains its counter, and the reports to make.

mod entering;
mod speaking;
mod telling;

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ChannelKind, ClientId, RoomId, VoiceChannel, VoiceData};

use super::access::{Access, AccessRule, Gate};
use super::members::Members;
use super::moderation::{PlayerIdentity, Register};
use super::proximity::Proximity;
use super::room_directory::RoomDirectory;
use super::room_ids::KeptOut;
use super::room_limits::{Quotas, RoomLimits};
use super::room_pattern::RoomPattern;
use super::settings::ServerSettings;
use crate::time::Instant;

pub(super) use speaking::TextRefusal;
pub(super) use telling::{Refused, Report};

/// The rules, and the rooms that they apply to.
#[derive(Debug)]
pub(super) struct RoomPolicy {
    directory: RoomDirectory,
    gate: Gate,
    register: Register,
    quotas: Quotas,
    kept_out: KeptOut,
    proximity: Proximity,
    is_permissive: bool,
}

impl RoomPolicy {
    pub(super) fn new(settings: &ServerSettings) -> Self {
        Self {
            directory: RoomDirectory::new(settings.reserved_names()),
            gate: Gate::new(&settings.access),
            register: Register::default(),
            quotas: Quotas::new(&settings.room_limits),
            kept_out: KeptOut::default(),
            proximity: Proximity::new(&settings.proximity),
            is_permissive: settings.permissive,
        }
    }

    /// The rooms in use.
    pub(super) fn directory(&self) -> &RoomDirectory {
        &self.directory
    }

    /// The clients' access as granted by the driver.
    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The operator's decisions about players.
    #[inline]
    pub(super) fn register(&self) -> &Register {
        &self.register
    }

    pub(super) fn register_mut(&mut self) -> &mut Register {
        &mut self.register
    }

    /// The positions of clients, and the clients near each other.
    pub(super) fn proximity(&self) -> &Proximity {
        &self.proximity
    }

    #[inline]
    pub(super) fn proximity_mut(&mut self) -> &mut Proximity {
        &mut self.proximity
    }

    /// Takes over the decisions of an earlier session, which has no clients any more.
    pub(super) fn inherit(&mut self, before: Self) {
        self.register.inherit(before.register);
    }

    /// Grants a client the access that the driver decided on. A permissive session gives every client full access.
    pub(super) fn grant(&mut self, id: ClientId, access: Access) {
        self.gate.grant(id, if self.is_permissive { Access::default() } else { access });
    }

    /// A client's identity for decisions: they apply again when the player returns.
    pub(super) fn identity_of(&self, members: &Members, id: ClientId) -> Option<PlayerIdentity> {
        let member = members.get(id)?;
        Some(match self.gate.subject_of(id) {
            Some(subject) => PlayerIdentity::Subject(subject.into()),
            None => PlayerIdentity::Name(member.name.clone().into()),
        })
    }

    /// All clients of this player: several may share a subject or a spelling of a name.
    pub(super) fn clients_of(&self, members: &Members, identity: &PlayerIdentity) -> Vec<ClientId> {
        match identity {
            PlayerIdentity::Name(name) => {
                let named = members.named(name.key()).iter().copied();
                named.filter(|id| self.gate.subject_of(*id).is_none()).collect()
            }
            PlayerIdentity::Subject(subject) => self.gate.clients_of(members.in_order(), subject),
        }
    }

    /// Applies a client's restrictions from its first packet on.
    pub(super) fn begin_restrictions(&mut self, members: &Members, id: ClientId) {
        self.register.forget(id);
        // Without any restrictions, do not compute the name's key.
        if self.register.len() == 0 {
            return;
        }
        if let Some(identity) = self.identity_of(members, id) {
            self.register.attach(id, &identity);
        }
    }

    /// Removes a client that is in no room any more; returns the account that it had.
    pub(super) fn forget(&mut self, id: ClientId) -> Option<Box<str>> {
        self.proximity.forget(id);
        self.kept_out.forget(id);
        self.register.forget(id);
        self.quotas.forget(id);
        self.gate.forget(id)
    }

    /// Notes that a client has entered a room. True if the room is new and the wire cannot distinguish it from another
    /// one in use.
    pub(super) fn enter(&mut self, id: ClientId, room: &str) -> bool {
        let collides = self.directory.enter(room);
        self.proximity.enter(id, room);
        self.gate.enter(room);
        self.quotas.enter(room);
        collides
    }

    /// Notes that a client has left a room, and listens to no other one of its id. A room without listeners is no
    /// longer guarded.
    pub(super) fn leave(&mut self, id: ClientId, room: &str, is_still_in_id: bool) {
        self.directory.leave(room);
        if self.directory.names_of_id_of(room).next().is_none() {
            self.gate.close(room);
            self.quotas.close(room);
        }
        if !is_still_in_id && self.proximity.rule_of(room).is_some() {
            self.proximity.leave(id, RoomId::of(room));
        }
    }

    /// Limits the number of voices that are heard at once in each room, or removes the limit.
    pub(super) fn limit_voices(&mut self, most: Option<usize>) {
        self.quotas.active_speakers.limit(most);
    }

    /// Replaces the limits of rooms.
    pub(super) fn set_room_limits<'a>(
        &mut self,
        rules: &[(RoomPattern, RoomLimits)],
        reserved: impl Iterator<Item = &'a str>,
    ) {
        self.directory.reserve(reserved);
        self.quotas.replace_rules(rules, self.directory.iter().map(|(_, name)| name));
    }

    /// Replaces the access rules, for these clients and for later ones. Returns the rooms to close, since the wire
    /// cannot distinguish them from one in use that has a rule, and that follows a different rule.
    pub(super) fn set_access_rules<'a>(
        &mut self,
        rules: &[(RoomPattern, AccessRule)],
        reserved: impl Iterator<Item = &'a str>,
        clients: &[ClientId],
    ) -> Vec<Box<str>> {
        self.directory.reserve(reserved);
        let rooms = self.directory.iter().map(|(_, name)| name);
        self.gate.replace_rules(rules, clients.iter().copied(), rooms);
        let is_ambiguous = |room: &&str| {
            let has_rule = |name: &&str| self.gate.rule_of(name).is_some();
            let kept = self.directory.names_of_id_of(room).find(has_rule);
            kept.is_some_and(|kept| kept != *room && self.gate.rule_of(kept) != self.gate.rule_of(room))
        };
        let rooms = self.directory.iter().map(|(_, name)| name);
        rooms.filter(is_ambiguous).map(Into::into).collect()
    }

    /// Guards the rooms of a closed room's id again: one that stays open may have another rule.
    pub(super) fn guard_again(&mut self, closed: &str) {
        let others: Vec<Box<str>> = self.directory.names_of_id_of(closed).map(Into::into).collect();
        for room in &others {
            self.gate.enter(room);
        }
    }

    /// The end of the next visit.
    pub(super) fn next_visit_end(&self) -> Option<Instant> {
        self.gate.next_end().map(|(end, _)| end)
    }

    /// A client whose visit is over.
    pub(super) fn ended_visit(&self, now: Instant) -> Option<ClientId> {
        self.gate.next_end().filter(|(end, _)| *end <= now).map(|(_, id)| id)
    }

    /// Whether a client may listen to a room: by its own rights, else by the room's rules.
    pub(super) fn may_listen(&self, id: ClientId, room: &str) -> bool {
        let right = self.register.listen_right(id, room);
        right.unwrap_or_else(|| self.gate.may_listen(id, room))
    }

    /// Whether a client is not allowed to listen to a room. A listener receives the voice of all rooms with the same
    /// id.
    pub(super) fn is_forbidden(&self, id: ClientId, room: &str) -> bool {
        // Fast path without rules: computing ids is the most expensive part of a join.
        if !self.gate.has_rules() && !self.gate.keeps_to_names() && !self.register.has_room_rights() {
            return false;
        }
        let mut names = self.directory.names_of_id_of(room);
        !self.may_listen(id, room) || names.any(|name| !self.may_listen(id, name))
    }

    /// Of these rooms, those that a client is not allowed to listen to.
    pub(super) fn forbidden<'a>(&self, id: ClientId, rooms: impl Iterator<Item = &'a str>) -> Vec<Box<str>> {
        rooms.filter(|room| self.is_forbidden(id, room)).map(Into::into).collect()
    }

    /// Whether one more may listen to a room.
    pub(super) fn has_space_for_listener(&self, room: &str) -> bool {
        self.quotas.listeners_of(room).is_none_or(|most| self.directory.listeners(room) < most)
    }

    /// Whether relayed voice has to be inspected, for the rules of rooms or for a client's restrictions.
    pub(super) fn looks_into_voice(&self) -> bool {
        self.proximity.has_rules()
            || self.gate.has_rules()
            || self.gate.restricts()
            || self.register.has_room_rights()
            || !self.kept_out.is_empty()
            || self.quotas.limits_speakers()
            || self.quotas.active_speakers.is_limited()
    }

    /// Whether a frame goes to a room where the number of all speakers decides about it.
    pub(super) fn counts_speakers(&self, voice: &VoiceData<'_>) -> bool {
        let is_room = |channel: &VoiceChannel| channel.bits.kind() == ChannelKind::Room;
        let mut rooms = voice.channels.iter().filter(is_room);
        rooms.any(|channel| self.quotas.limits_speakers_of(RoomId(channel.recipient)))
    }

    fn follows_same_rules(&self, room: &str, other: &str) -> bool {
        // A client that is limited to rooms by name must not reach other rooms with the same id.
        (room == other || !self.gate.keeps_to_names())
            && self.proximity.rule_of(room) == self.proximity.rule_of(other)
            && self.gate.rule_of(room) == self.gate.rule_of(other)
            && self.quotas.rule_of(room) == self.quotas.rule_of(other)
    }

    /// Whether a room's id is another room's: of the configuration, or of one in use that follows other rules.
    pub(super) fn is_kept_for_others(&self, room: &str) -> bool {
        self.directory.is_taken_by_reserved(room) || self.shares_an_id_with_other_rules(room)
    }

    fn shares_an_id_with_other_rules(&self, room: &str) -> bool {
        let has_rules = self.proximity.has_rules()
            || self.gate.has_rules()
            || self.quotas.has_rules()
            || self.gate.keeps_to_names();
        let mut others = self.directory.names_of_id_of(room);
        has_rules && others.any(|other| !self.follows_same_rules(room, other))
    }
}

#[cfg(test)]
mod tests;
