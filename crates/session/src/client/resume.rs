//! Resume: returning to the same place in the session after the link was lost.

use alloc::collections::BTreeSet;
use core::time::Duration;

use consonance_wire::{
    Capabilities, ClientId, ClientState, HandshakeExtension, RemoveClient, ResumeTicket, SessionId, WireStr,
};

use super::Client;
use super::connect::Connection;
use super::event::Disconnection;
use super::timers::Timer;
use crate::link::{CloseReason, LinkCommand};
use crate::time::Instant;

/// The time for which a server keeps a place (its default; a server may use another, and its answer tells whether the
/// place was still kept).
const PLACE_KEPT: Duration = Duration::from_secs(10);

/// My place in the session, which the server may give back to me.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The ticket to present; valid once.
    ticket: Option<ResumeTicket>,
    /// I have my place back, and the roster is still incomplete.
    resuming: bool,
    /// Players that the server has not listed again since.
    unconfirmed: BTreeSet<ClientId>,
}

impl Client {
    /// Whether the server of the present session has this capability.
    pub(super) fn server_can(&self, capability: Capabilities) -> bool {
        self.server_capabilities.contains(capability)
    }

    /// The extension behind a handshake, except for the join token; none if there is nothing to announce.
    pub(super) fn handshake_extension(&self) -> Option<HandshakeExtension<'static>> {
        let capabilities = self.settings.capabilities;
        let ticket = self.place.ticket.filter(|_| self.timers.is_set(Timer::Place));
        (capabilities != Capabilities::NONE || self.settings.join_token.is_some())
            .then_some(HandshakeExtension { capabilities, ticket, ..HandshakeExtension::default() })
    }

    /// Handles the server's response: true if I have my place back.
    pub(super) fn take_answer(
        &mut self,
        session: SessionId,
        id: ClientId,
        extension: Option<&HandshakeExtension<'_>>,
    ) -> bool {
        let hoped = self.timers.is_set(Timer::Place);
        self.timers.clear(Timer::Place);
        let lost = self.place.ticket.take().filter(|lost| hoped && lost.session == session && lost.id == id);
        let answer = extension.copied().unwrap_or_default();
        let resumed = answer.resumed && lost.is_some();
        self.server_capabilities = answer.capabilities.and(self.settings.capabilities);
        self.place = Place {
            ticket: answer.secret.map(|secret| ResumeTicket { session, id, secret }),
            resuming: resumed,
            unconfirmed: BTreeSet::new(),
        };
        if resumed {
            self.place.unconfirmed = self.players.roster.iter().map(|member| member.id).collect();
            for &id in &self.place.unconfirmed {
                if let Some(member) = self.players.roster.get_mut(id) {
                    member.data.speaker.mark_stale();
                }
            }
        }
        resumed
    }

    /// The ticket with which another client can take over my place, for as long as the server keeps it after my link
    /// is lost; none if I am in no session, or if its server keeps no places. Keep it secret.
    pub fn resume_ticket(&self) -> Option<ResumeTicket> {
        self.joined().ok().and(self.place.ticket)
    }

    /// Requests the place of an earlier client when I join; if it is no longer kept, I am a new player. Has no effect
    /// while I am in a session.
    pub fn resume_with(&mut self, now: Instant, ticket: ResumeTicket) {
        if self.joined().is_err() {
            self.place.ticket = Some(ticket);
            self.timers.set(Timer::Place, now + PLACE_KEPT);
        }
    }

    /// Replaces the present link: requests another one at once, which the driver makes by a different route to the
    /// same server. Rooms, channels, players and the id stay, and others see no change. Returns false without any
    /// effect if I am in no session or the server does not keep places.
    pub fn change_link(&mut self, now: Instant) -> bool {
        let Connection::Joined { link, .. } = self.connection else { return false };
        if self.place.ticket.is_none() {
            return false;
        }
        self.lose_link(now, Disconnection::LinkChanged);
        self.commands.push_back(LinkCommand::close(link, CloseReason::Resumed));
        true
    }

    /// The link is lost: true if the server may keep my place, so that no player has to leave yet.
    pub(super) fn hope_for_place(&mut self, now: Instant) -> bool {
        if self.place.ticket.is_none() {
            return false;
        }
        if !self.timers.is_set(Timer::Place) {
            self.timers.set(Timer::Place, now + PLACE_KEPT);
        }
        true
    }

    /// Gives up waiting: all players leave, as after any lost link.
    pub(super) fn give_up_place(&mut self) {
        self.place = Place::default();
        self.server_capabilities = Capabilities::NONE;
        self.remove_all();
    }

    /// The message to send before leaving permanently, so that the server does not keep my place.
    pub(super) fn farewell(&self) -> Option<RemoveClient> {
        let (session, id) = self.joined().ok()?;
        self.server_can(Capabilities::RESUME).then_some(RemoveClient { session, id })
    }

    /// Whether a state received after resuming matches the state before the link was lost. A player that has taken
    /// over another one's id makes that one leave, and a player with a new id leaves under its old one first.
    pub(super) fn is_unchanged_since_resuming(&mut self, state: &ClientState<'_>) -> bool {
        let id = state.client.id;
        if !self.place.resuming {
            return false;
        }
        self.place.unconfirmed.remove(&id);
        let name = state.client.name.map(WireStr::to_str);
        let before = name.as_deref().and_then(|name| self.player(name));
        if let Some(before) = before.filter(|before| self.place.unconfirmed.remove(before)) {
            self.player_is_gone(before);
        }
        let Some(member) = self.players.roster.get(id) else { return false };
        if name.as_deref() != Some(&*member.name) {
            self.player_is_gone(id);
            return false;
        }
        let said = state.rooms.iter().flatten().map(WireStr::to_str);
        state.rooms.len() == member.rooms.len()
            && said.zip(member.rooms.names()).all(|(said, known)| said == known)
    }

    /// Completes the roster: players that it did not list have left.
    pub(super) fn remove_players_that_left_meanwhile(&mut self) {
        self.place.resuming = false;
        for id in core::mem::take(&mut self.place.unconfirmed) {
            self.player_is_gone(id);
        }
    }
}
