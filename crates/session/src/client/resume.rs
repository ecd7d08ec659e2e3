//! Resume: getting the same place in the session back after the link was lost.

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

/// How long a server keeps a place (its default; it may give up sooner or later, and says so in its answer).
const PLACE_KEPT: Duration = Duration::from_secs(10);

/// My place in the session, as the server lets me have it back.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// What to show; good for one time.
    ticket: Option<ResumeTicket>,
    /// I am back, and the roster is still on its way.
    resuming: bool,
    /// Players that the server has not named again since.
    unconfirmed: BTreeSet<ClientId>,
}

impl Client {
    /// Whether the server of the present session can do this.
    pub(super) fn server_can(&self, capability: Capabilities) -> bool {
        self.server_capabilities.contains(capability)
    }

    /// What stands behind a handshake, but for the join token; nothing if nothing is to be announced.
    pub(super) fn handshake_extension(&self) -> Option<HandshakeExtension<'static>> {
        let capabilities = self.settings.capabilities;
        let ticket = self.place.ticket.filter(|_| self.timers.is_set(Timer::Place));
        (capabilities != Capabilities::NONE || self.settings.join_token.is_some())
            .then_some(HandshakeExtension { capabilities, ticket, ..HandshakeExtension::default() })
    }

    /// The server's answer: true if it gives me back my place.
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

    /// What another client shows to have my place, for as long as the server keeps it after my link is lost; none if I
    /// am in no session, or if its server keeps no places. A secret.
    pub fn resume_ticket(&self) -> Option<ResumeTicket> {
        self.joined().ok().and(self.place.ticket)
    }

    /// Asks for the place of an earlier client when I join; if it is not kept, I am a new player. Nothing happens if I
    /// am in a session.
    pub fn resume_with(&mut self, now: Instant, ticket: ResumeTicket) {
        if self.joined().is_err() {
            self.place.ticket = Some(ticket);
            self.timers.set(Timer::Place, now + PLACE_KEPT);
        }
    }

    /// Leaves the present link for another one, which is asked for at once and which the driver makes in another way
    /// to the same server. Rooms, channels, players and the id stay, and others see no change. False, and nothing
    /// happens, if I am in no session or the server does not keep places.
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

    /// It took too long: all players leave, as after any lost link.
    pub(super) fn give_up_place(&mut self) {
        self.place = Place::default();
        self.server_capabilities = Capabilities::NONE;
        self.remove_all();
    }

    /// What to say before leaving permanently, lest the server keep my place.
    pub(super) fn farewell(&self) -> Option<RemoveClient> {
        let (session, id) = self.joined().ok()?;
        self.server_can(Capabilities::RESUME).then_some(RemoveClient { session, id })
    }

    /// Whether a state that comes after resuming says only what I knew before the link was lost. A player that has the
    /// id of another one now makes that one leave, and one that has another id now leaves under its old one first.
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

    /// The roster is complete again: players that it did not name have left.
    pub(super) fn remove_players_that_left_meanwhile(&mut self) {
        self.place.resuming = false;
        for id in core::mem::take(&mut self.place.unconfirmed) {
            self.player_is_gone(id);
        }
    }
}
