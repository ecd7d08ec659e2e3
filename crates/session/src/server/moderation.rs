//! An operator's decisions about players: mutes, deafening, rights in rooms. They apply to the player, not to one
//! visit.
//!
//! Clients of ours are told their restrictions and the reasons, and honest ones obey them on direct links, which no
//! server sees. An original only notices that it gets no answers.

mod decision;
mod moderator;
mod register;
mod telling;

use consonance_wire::{ClientId, ModeratorAnswer, Notice, WireStr};

use super::access::Access;
use super::rooms::Rooms;
use super::{Server, ServerEvent};
use crate::link::Delivery;
use crate::restrictions::{Restriction, Restrictions};
use telling::{changed_restrictions, changed_rooms};

pub use decision::{ModerationDecision, Move, NotificationStatus, PlayerIdentity, RestrictionsError};
pub(super) use register::Register;

/// The decisions about players that leave them in the session: [`Server::moderation`].
pub struct SessionModeration<'s> {
    rooms: Rooms<'s>,
}

impl core::fmt::Debug for SessionModeration<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SessionModeration").finish_non_exhaustive()
    }
}

impl Server {
    /// The decisions about players. See also [`kick`](Self::kick).
    pub fn moderation(&mut self) -> SessionModeration<'_> {
        SessionModeration { rooms: self.rooms() }
    }
}

impl SessionModeration<'_> {
    /// Changes a client's access; the client is removed from rooms that the new tokens do not let it listen to. False
    /// if there is no such client.
    pub fn set_access(&mut self, id: ClientId, access: Access) -> bool {
        self.rooms.set_access(id, access)
    }

    /// Replaces all restrictions and rights of a player. Changes are sent to its client and raised as
    /// [`ServerEvent::Moderated`]; restrictions end by themselves at their end time.
    ///
    /// # Errors
    /// If too many players have restrictions, or the session is permissive.
    pub fn set_restrictions(
        &mut self,
        identity: &PlayerIdentity,
        restrictions: &Restrictions,
    ) -> Result<NotificationStatus, RestrictionsError> {
        let settings = self.rooms.rules().settings();
        if settings.permissive {
            return Err(RestrictionsError::Permissive);
        }
        let (register, limit) = (self.rooms.rules().policy().register(), settings.limits.restrictions);
        if register.get(identity).is_none() && register.len() >= limit && !restrictions.is_clear() {
            return Err(RestrictionsError::TooMany { limit });
        }
        Ok(self.replace(identity, restrictions))
    }

    /// Lifts restrictions that have ended.
    pub(super) fn end_restrictions(&mut self) {
        while let Some((identity, restriction)) =
            self.rooms.rules().policy().register().ended(self.rooms.rules().now())
        {
            let mut restrictions = self.rooms.rules().policy().register().restrictions(&identity);
            restrictions.lift(restriction);
            self.replace(&identity, &restrictions);
        }
    }

    /// Changes a player's restrictions, and tells every client that this concerns.
    fn replace(&mut self, identity: &PlayerIdentity, restrictions: &Restrictions) -> NotificationStatus {
        let former = &self.rooms.policy_mut().register_mut().replace(identity, restrictions.clone());
        let clients = self.rooms.rules().policy().clients_of(self.rooms.members(), identity);
        let present = clients.first().copied();
        for (restriction, terms) in changed_restrictions(former, restrictions) {
            let decision = ModerationDecision::Restriction { restriction, terms: terms.cloned() };
            self.raise(present, identity.clone(), decision);
        }
        for (room, rights) in changed_rooms(former, restrictions) {
            let decision = ModerationDecision::RoomRights { room: room.into(), rights };
            self.raise(present, identity.clone(), decision);
        }
        if clients.is_empty() {
            return NotificationStatus::Absent;
        }
        let mut are_told = true;
        for id in clients {
            self.rooms.policy_mut().register_mut().attach(id, identity);
            if restrictions.terms(Restriction::Muted).is_some() {
                self.rooms.end_channels(id);
            }
            are_told &= self.rooms.outgoing().tell_changes(id, former, restrictions);
            self.rooms.expel_from_forbidden_rooms(id);
        }
        if are_told { NotificationStatus::Notified } else { NotificationStatus::NotNotified }
    }

    /// Removes a client from a room, as if it had left it itself; all clients are told, including itself. False if it
    /// is not in the room. It may join again.
    pub fn remove_from_room(&mut self, id: ClientId, room: &str) -> bool {
        let removed = self.rooms.take_out(id, room);
        if removed {
            self.tell_decision(id, ModerationDecision::RemovedFromRoom { room: room.into() });
        }
        removed
    }

    /// Removes a client from a room and asks it to listen to another one instead.
    ///
    /// A client of ours does so by itself, and its game is told. An original is only removed from the room.
    pub fn move_to_room(&mut self, id: ClientId, from: &str, to: &str) -> Move {
        let (members, policy) = (self.rooms.members(), self.rooms.rules().policy());
        let Some(member) = members.get(id).filter(|member| member.rooms.contains(from)) else {
            return Move::NotThere;
        };
        let is_there = member.rooms.contains(to);
        if !policy.may_listen(id, to) {
            return Move::Forbidden;
        }
        if !is_there && !policy.has_space_for_listener(to) {
            return Move::Full;
        }
        // The notice is sent first, so that the client takes the exit as part of the move, not as a removal from the
        // room.
        let notice = Notice::Moved { from: WireStr::from(from), to: WireStr::from(to) };
        let is_asked = self.rooms.outgoing().notify(id, &notice);
        self.rooms.take_out(id, from);
        self.tell_decision(id, ModerationDecision::Moved { from: from.into(), to: to.into() });
        if is_asked { Move::Asked } else { Move::OnlyRemoved }
    }

    /// Makes a client join again: it is told of another session than this one, so it disconnects and comes back. False
    /// if there is no such client. It stays a member until its link is gone.
    pub fn reset(&mut self, id: ClientId) -> bool {
        let Some(link) = self.rooms.link_of(id) else { return false };
        self.rooms.outgoing().tell_of_another_session(link, Delivery::Unreliable);
        self.tell_decision(id, ModerationDecision::Reset);
        true
    }

    /// Tells a moderator what became of its request. False if it cannot be told.
    pub fn answer_moderator(&mut self, id: ClientId, number: u16, answer: ModeratorAnswer) -> bool {
        self.rooms.outgoing().notify(id, &Notice::Answered { number, answer })
    }

    fn tell_decision(&mut self, id: ClientId, decision: ModerationDecision) {
        let player = self.rooms.rules().policy().identity_of(self.rooms.members(), id);
        self.raise(Some(id), player.unwrap_or_else(|| PlayerIdentity::Name("".into())), decision);
    }

    fn raise(&mut self, id: Option<ClientId>, player: PlayerIdentity, decision: ModerationDecision) {
        self.rooms.raise(ServerEvent::Moderated { id, player, decision });
    }
}
