//! The reference's account of lost links: a place is kept for a while, for the client that presents the ticket for it.

use std::mem;
use std::time::Duration;

use consonance_session::{Capabilities, Instant, LinkId};
use consonance_wire::{HandshakeExtension, Packet, SharedSecret};

use super::{Model, NEVER, Stay};
use crate::sim::numbers::Version;

/// The location of a stay's client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Over(LinkId),
    /// Unknown; the server keeps its place until then, by its own clock.
    KeptUntil(Instant),
}

/// How long the place of a client that lost its link is kept.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

impl Stay {
    /// Whether it is asked for a secret when it shakes hands again.
    pub(crate) fn can_resume(&self) -> bool {
        self.capabilities.contains(Capabilities::RESUME)
    }

    /// Whether its place is kept when its link is lost: only that of a client that all players were told of.
    fn has_kept_place(&self) -> bool {
        self.can_resume() && self.stated != NEVER
    }

    fn accepts(&self, secret: SharedSecret) -> bool {
        self.secret == Some(secret) || self.former_secret == Some(secret)
    }
}

impl Model {
    /// The stay whose place a handshake claims rightfully: it shows the latest secret for it, or the one before if
    /// the last answer may be lost.
    pub(crate) fn claimed(
        &self,
        link: LinkId,
        packet: &Packet<'_>,
        extension: &HandshakeExtension,
    ) -> Option<&Stay> {
        let (Packet::HandshakeRequest(request), Some(ticket)) = (packet, extension.ticket) else {
            return None;
        };
        let name = request.name?.to_str();
        let is_good = |stay: &&Stay| {
            stay.id == ticket.id && stay.accepts(ticket.secret) && *self.name(stay.player_id) == *name
        };
        let asks = ticket.session == self.session && extension.capabilities.contains(Capabilities::RESUME);
        self.present().find(is_good).filter(|_| asks && self.over(link).is_none())
    }

    /// The server answered a handshake: that is what to show the next time.
    pub(crate) fn give_secret(&mut self, link: LinkId, secret: Option<SharedSecret>) {
        if let Some(stay) = self.here.get(&link).and_then(|joined| self.stays.get_mut(joined)) {
            let before = mem::replace(&mut stay.secret, secret);
            stay.former_secret = stay.former_secret.or(before);
        }
    }

    /// The server found a link gone: a client that can resume has a while for it, any other has left.
    pub(crate) fn lose(&mut self, link: LinkId, now: Instant) {
        self.asked.remove(&link);
        let Some(stay) = self.over(link).filter(|stay| stay.has_kept_place()).map(|stay| stay.joined) else {
            return self.close(link);
        };
        self.unlink(stay);
        if let Some(stay) = self.stays.get_mut(&stay) {
            stay.place = Place::KeptUntil(now + GRACE);
        }
    }

    /// The server closed a link.
    pub(crate) fn close(&mut self, link: LinkId) {
        self.asked.remove(&link);
        if let Some(stay) = self.over(link).map(|stay| stay.joined) {
            self.step();
            self.leave(stay);
        }
    }

    /// Clients that did not come back in time have left; returns how many.
    pub(crate) fn give_up_places(&mut self, now: Instant) -> u64 {
        let overdue: Vec<_> = self.overdue(now).map(|stay| stay.joined).collect();
        for stay in &overdue {
            self.step();
            self.leave(*stay);
        }
        overdue.len() as u64
    }

    /// The stays whose place is kept for too long.
    pub(crate) fn overdue(&self, now: Instant) -> impl Iterator<Item = &Stay> {
        self.present().filter(move |stay| matches!(stay.place, Place::KeptUntil(end) if end <= now))
    }

    pub(super) fn resume(&mut self, stay: Version, link: LinkId) {
        self.unlink(stay);
        self.link(stay, link);
    }

    /// A stay's client comes over this link from now on, and is told everything.
    pub(super) fn link(&mut self, stay: Version, link: LinkId) {
        let Some(present) = self.stays.get_mut(&stay) else { return };
        (present.place, present.welcomed) = (Place::Over(link), self.version);
        self.here.insert(link, stay);
        let index = usize::from(present.id.0);
        if index >= self.link_of.len() {
            self.link_of.resize(index + 1, None);
        }
        self.link_of[index] = Some(link);
    }

    /// The link of a stay counts no longer.
    pub(super) fn unlink(&mut self, stay: Version) {
        let Some(present) = self.stays.get(&stay) else { return };
        if let Place::Over(link) = present.place {
            self.here.remove(&link);
            self.link_of[usize::from(present.id.0)] = None;
        }
    }
}
