//! Sends the complete state to a page again.

use consonance_session::{
    Capabilities, Client, ClientId, HeardTarget, Instant, RecordingNotice, Restriction, RoomId, Status,
};

use super::BrowserPlayer;
use super::end::millis;
use crate::control::{Addressee, RestrictionInfo, ToPage};
use crate::place;

impl BrowserPlayer {
    /// Sends the complete state to a page that is new to a player.
    pub(super) fn tell_state(&mut self, now: Instant) {
        match self.client.id().filter(|_| self.client.status() == Status::Connected) {
            Some(id) => {
                self.tell_joined(id, true);
                self.tell_state_of_session(now);
                self.tell(&ToPage::Roster);
            }
            None => self.tell_disconnected(now),
        }
        self.follow(now);
    }

    /// The player is in its session: all that the page knew before is void.
    pub(super) fn tell_joined(&mut self, id: ClientId, resumed: bool) {
        (self.has_joined, self.retry_at) = (true, None);
        let (session, name) = (self.session.clone(), self.client.name().into());
        let place = self.client.server().ticket().map(|ticket| place::write(&ticket).into());
        let encrypted = self.client.server().can(Capabilities::GROUPS);
        self.tell(&ToPage::Joined { session, id: id.0, name, resumed, place, encrypted });
        self.downlink.tell_again();
        self.reports.tell_again();
        for open in self.channels.list().chunks(CHANNELS_PER_MESSAGE) {
            self.tell(&ToPage::Channels { open: open.to_vec() });
        }
    }

    /// Sends the players, which of them speak, and the operators' restrictions.
    pub(super) fn tell_state_of_session(&mut self, now: Instant) {
        let Self { client, mailbox, .. } = self;
        let own = client.id();
        for player in client.players().iter() {
            let rooms = player.rooms.iter().map(|room| (*room).into()).collect();
            let (name, is_self) = (player.name.into(), own == Some(player.id));
            mailbox.tell(&ToPage::Player { id: player.id.0, name, rooms, is_self });
        }
        for (restriction, terms) in client.own_restrictions().all().imposed() {
            mailbox.tell(&restricted(now, restriction, Some(terms)));
        }
        for (room, rights) in client.own_restrictions().all().rooms() {
            let room = room.into();
            mailbox.tell(&ToPage::RoomRights { room, listen: rights.listen, speak: rights.speak });
        }
        if client.own_restrictions().recorded() != RecordingNotice::default() {
            let RecordingNotice { is_whole, last } = client.own_restrictions().recorded();
            mailbox.tell(&ToPage::Recorded { whole: is_whole, last_ms: millis(last) });
        }
        self.tell_known_places();
        for id in self.downlink.speaking() {
            self.tell_speaking(now, id);
        }
    }
}

/// The number of channels that fit into a message, however long their names are.
const CHANNELS_PER_MESSAGE: usize = 8;

/// The restriction's terms, with the time left from `now` on, or its end if there are no terms.
pub(super) fn restricted(
    now: Instant,
    restriction: Restriction,
    terms: Option<&consonance_session::RestrictionTerms>,
) -> ToPage {
    let terms = terms.map(|terms| RestrictionInfo {
        ends_in_ms: terms.ends.map(|ends| millis(ends.since(now))),
        reason: terms.reason.clone(),
    });
    ToPage::Restricted { restriction: restriction.into(), terms }
}

/// The targets by which a speaker reaches the page, with the names of its rooms; rooms just left are omitted.
pub(super) fn addressees(client: &Client, ways: &[HeardTarget]) -> Vec<Addressee> {
    let room_of = |id: RoomId| client.rooms().find(|room| RoomId::of(room) == id);
    let named = ways.iter().filter_map(|way| match way {
        HeardTarget::Me => Some(Addressee::Me),
        HeardTarget::Room(id) => room_of(*id).map(|room| Addressee::Room(room.into())),
    });
    named.collect()
}
