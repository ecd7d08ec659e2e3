//! What an operator can do to a client that is here.

use alloc::boxed::Box;

use consonance_wire::{ClientId, DeltaChannelState, Notice, RemoveClient, SessionId, WireStr};

use super::sending::Audience;
use super::{NotificationStatus, PlayerIdentity, Server, ServerEvent};
use crate::link::{CloseReason, Delivery};
use crate::restrictions::{Restriction, RestrictionTerms, RoomRights, bounded_reason};
use crate::time::Instant;

/// Something that an operator has decided about a player.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModerationDecision {
    /// It was removed from the session.
    Kicked {
        /// The operator's words.
        reason: Box<str>,
    },
    /// A restriction holds on other terms than before.
    Restriction {
        /// Which one.
        restriction: Restriction,
        /// On which terms; none if it holds no longer.
        terms: Option<RestrictionTerms>,
    },
    /// It has other rights in a room than before.
    RoomRights {
        /// The room's name.
        room: Box<str>,
        /// What it may do there.
        rights: RoomRights,
    },
    /// It was taken out of a room.
    RemovedFromRoom {
        /// The room's name.
        room: Box<str>,
    },
    /// It was taken out of a room, and asked to go to another one if its client can be.
    Moved {
        /// The room that it was taken out of.
        from: Box<str>,
        /// Where it is to go.
        to: Box<str>,
    },
    /// It was made to start again.
    Reset,
}

/// What became of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The client was taken out of the one room and asked to listen to the other one. One of ours does.
    Asked,
    /// The client was taken out of the room; it is an original, which cannot be asked to go anywhere.
    OnlyRemoved,
    /// There is no such client, or it does not listen to that room. Nothing was done.
    NotThere,
    /// The client is not allowed to listen to the target room. Nothing was done.
    Forbidden,
    /// That room is full. Nothing was done.
    Full,
}

impl Server {
    /// Removes a client from the session and closes its link; all clients are told, and it is told why if it can be.
    /// One of ours does not come back by itself; one of the original does.
    pub fn kick(&mut self, id: ClientId, reason: &str) -> NotificationStatus {
        let reason = bounded_reason(reason);
        self.remove_for(id, reason, CloseReason::Kicked { reason: reason.into() })
    }

    /// [Removes](Self::kick) a client that an operator has banned, until a time in seconds since 1970 or forever. To
    /// keep it out is the driver's part.
    pub fn kick_banned(&mut self, id: ClientId, reason: &str, until: Option<u64>) -> NotificationStatus {
        let reason = bounded_reason(reason);
        self.remove_for(id, reason, CloseReason::Banned { reason: reason.into(), until })
    }

    fn remove_for(&mut self, id: ClientId, reason: &str, close_reason: CloseReason) -> NotificationStatus {
        let Some(player) = self.identity_of(id) else { return NotificationStatus::Absent };
        let decision = ModerationDecision::Kicked { reason: reason.into() };
        self.events.push(ServerEvent::Moderated { id: Some(id), player, decision });
        self.statistics.kicked += 1;
        let was_told = self.notify(id, &Notice::Kicked { reason: WireStr::from(reason) });
        let link = self.outbound.link_of(id);
        self.remove_client(id);
        if let Some(link) = link {
            // As after a namesake: else it would go on believing that it is here.
            let gone = RemoveClient { session: self.settings.session, id };
            self.send(link, Delivery::Reliable, &gone.into());
            self.close(link, close_reason);
        }
        if was_told { NotificationStatus::Notified } else { NotificationStatus::NotNotified }
    }

    /// Takes a client out of a room, as if it had left it itself; all clients are told, itself too. False if it is
    /// not in the room. Nothing keeps it from coming back.
    pub fn remove_from_room(&mut self, id: ClientId, room: &str) -> bool {
        let removed = self.take_out(id, room);
        if removed {
            self.tell_decision(id, ModerationDecision::RemovedFromRoom { room: room.into() });
        }
        removed
    }

    /// Takes a client out of a room and asks it to listen to another one instead.
    ///
    /// A client of ours does so by itself, and its game is told. One of the original is only taken out of the room.
    pub fn move_to_room(&mut self, id: ClientId, from: &str, to: &str) -> Move {
        let Some(member) = self.members.get(id).filter(|member| member.rooms.contains(from)) else {
            return Move::NotThere;
        };
        let is_there = member.rooms.contains(to);
        if !self.policy.may_listen(id, to) {
            return Move::Forbidden;
        }
        if !is_there && !self.policy.has_space_for_listener(to) {
            return Move::Full;
        }
        // Told first, it takes what follows for an answer, and not for a room that it was thrown out of.
        let is_asked = self.notify(id, &Notice::Moved { from: WireStr::from(from), to: WireStr::from(to) });
        self.take_out(id, from);
        self.tell_decision(id, ModerationDecision::Moved { from: from.into(), to: to.into() });
        if is_asked { Move::Asked } else { Move::OnlyRemoved }
    }

    /// Makes a client join again: it is told of another session than this one, so it disconnects and comes back. False
    /// if there is no such client. It stays a member until its link is gone.
    pub fn reset(&mut self, id: ClientId) -> bool {
        let Some(link) = self.outbound.link_of(id) else { return false };
        self.tell_of_another_session(link, Delivery::Unreliable);
        self.tell_decision(id, ModerationDecision::Reset);
        true
    }

    /// Starts the session again under another number, as after a fault of its own: it is empty, and no client is
    /// reported as leaving. The links stay up, and all peers are told of the new session at once, so that clients come
    /// back without waiting until they have something to send. Queued packets are lost.
    pub fn restart(&mut self, now: Instant, session: SessionId) {
        let mut settings = self.settings.clone();
        settings.session = session;
        let previous = core::mem::replace(self, Self::new(settings));
        self.reservations.draw_on_from(&previous.reservations);
        self.policy.inherit(previous.policy);
        self.join_gate = previous.join_gate;
        self.statistics = previous.statistics;
        self.received = previous.received;
        self.outbound.count_on_from(previous.outbound);
        self.events.push(ServerEvent::Restarted { session });
        for (link, record) in previous.links.into_records() {
            self.handle_connected_from(now, link, record.origin);
            self.answer_wrong_session(link);
        }
    }

    /// What the server itself does where a client is denied access.
    pub(super) fn take_out(&mut self, id: ClientId, room: &str) -> bool {
        if !self.members.is_in(id, room) {
            return false;
        }
        let delta = DeltaChannelState {
            session: self.settings.session,
            joined: false,
            id,
            room: Some(WireStr::from(room)),
        };
        self.send_to(Audience::All, &delta.into());
        self.members.leave(id, room);
        self.exited(id, room);
        true
    }

    fn tell_decision(&mut self, id: ClientId, decision: ModerationDecision) {
        let player = self.identity_of(id).unwrap_or_else(|| PlayerIdentity::Name("".into()));
        self.events.push(ServerEvent::Moderated { id: Some(id), player, decision });
    }
}
