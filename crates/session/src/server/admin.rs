//! An operator's actions on clients that are here.

use alloc::boxed::Box;

use consonance_wire::{ClientId, DeltaChannelState, Notice, RemoveClient, SessionId, WireStr};

use super::sending::Audience;
use super::{NotificationStatus, PlayerIdentity, Server, ServerEvent};
use crate::link::{CloseReason, Delivery};
use crate::restrictions::{Restriction, RestrictionTerms, RoomRights, bounded_reason};
use crate::time::Instant;

/// A decision of an operator about a player.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum ModerationDecision {
    /// It was removed from the session.
    Kicked {
        /// The operator's message.
        reason: Box<str>,
    },
    /// The terms of a restriction have changed.
    Restriction {
        /// The restriction.
        restriction: Restriction,
        /// The new terms; none if it is lifted.
        terms: Option<RestrictionTerms>,
    },
    /// Its rights in a room have changed.
    RoomRights {
        /// The room's name.
        room: Box<str>,
        /// Its rights there.
        rights: RoomRights,
    },
    /// It was removed from a room.
    RemovedFromRoom {
        /// The room's name.
        room: Box<str>,
    },
    /// It was removed from a room, and asked to go to another one if its client supports that.
    Moved {
        /// The room that it was removed from.
        from: Box<str>,
        /// The room that it is asked to join.
        to: Box<str>,
    },
    /// It was made to rejoin.
    Reset,
}

/// The result of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The client was removed from the one room and asked to listen to the other one. A client of ours does so.
    Asked,
    /// The client was removed from the room; it is an original, which cannot be asked to join another one.
    OnlyRemoved,
    /// There is no such client, or it does not listen to that room. No change.
    NotThere,
    /// The client is not allowed to listen to the target room. No change.
    Forbidden,
    /// That room is full. No change.
    Full,
}

impl Server {
    /// Removes a client from the session and closes its link; all clients are told, and it receives the reason if its
    /// client supports that. A client of ours does not reconnect by itself; an original does.
    pub fn kick(&mut self, id: ClientId, reason: &str) -> NotificationStatus {
        let reason = bounded_reason(reason);
        self.remove_for(id, reason, CloseReason::Kicked { reason: reason.into() })
    }

    /// [Removes](Self::kick) a client that an operator has banned, until a time in seconds since 1970 or permanently.
    /// The driver is responsible for enforcing the ban.
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
            // As for a replaced namesake: otherwise the client would believe that it is still here.
            let gone = RemoveClient { session: self.settings.session, id };
            self.send(link, Delivery::Reliable, &gone.into());
            self.close(link, close_reason);
        }
        if was_told { NotificationStatus::Notified } else { NotificationStatus::NotNotified }
    }

    /// Removes a client from a room, as if it had left it itself; all clients are told, including itself. False if it
    /// is not in the room. It may join again.
    pub fn remove_from_room(&mut self, id: ClientId, room: &str) -> bool {
        let removed = self.take_out(id, room);
        if removed {
            self.tell_decision(id, ModerationDecision::RemovedFromRoom { room: room.into() });
        }
        removed
    }

    /// Removes a client from a room and asks it to listen to another one instead.
    ///
    /// A client of ours does so by itself, and its game is told. An original is only removed from the room.
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
        // The notice is sent first, so that the client takes the exit as part of the move, not as a removal from the
        // room.
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

    /// Removes a client from a room without reporting a decision; also used where the server denies access.
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
