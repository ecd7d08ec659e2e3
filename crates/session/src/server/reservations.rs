//! The places of clients that can resume: their secrets, the time until which the place of a lost client is kept, and
//! what its link could do.

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_wire::{Capabilities, ClientId, HandshakeExtension, ResumeTicket, SessionId, SharedSecret};

use crate::link::PeerOrigin;
use crate::secrets::Secrets;
use crate::time::Instant;

/// The secrets and kept places of clients that can resume.
#[derive(Debug)]
pub(super) struct Reservations {
    secrets: Secrets,
    /// The latest secret of each client.
    secret_of: BTreeMap<ClientId, SharedSecret>,
    /// The previous secrets of clients, until they have answered: the new secret may be lost with the link.
    former_of: BTreeMap<ClientId, SharedSecret>,
    /// The capabilities that both sides of a client's link share, or shared when it was lost; in a copy, of all
    /// clients.
    capabilities: BTreeMap<ClientId, Capabilities>,
    /// Clients without a link.
    kept: BTreeMap<ClientId, Reservation>,
    /// The same clients by the end times of their places.
    ends: BTreeSet<(Instant, ClientId)>,
}

/// The place of a client without a link.
#[derive(Debug)]
struct Reservation {
    until: Instant,
    /// The origin of its last link, if it is known.
    origin: Option<PeerOrigin>,
}

impl Reservations {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let (secret_of, former_of) = (BTreeMap::new(), BTreeMap::new());
        let (capabilities, kept, ends) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { secrets: Secrets::new(key), secret_of, former_of, capabilities, kept, ends }
    }

    /// Continues the sequence of secrets of an earlier session, so that none repeats.
    pub(super) fn draw_on_from(&mut self, before: &Self) {
        self.secrets = before.secrets.clone();
    }

    /// Draws a new secret for a client. The previous one stays valid until the client has the new one.
    pub(super) fn draw_secret(&mut self, id: ClientId) -> SharedSecret {
        let secret = self.secrets.draw();
        if let Some(former) = self.secret_of.insert(id, secret) {
            self.former_of.entry(id).or_insert(former);
        }
        secret
    }

    /// The extension behind the response to a handshake, over a link with these capabilities; none for an original.
    pub(super) fn answer_extension(
        &mut self,
        id: ClientId,
        capabilities: Option<Capabilities>,
        resumed: bool,
    ) -> Option<HandshakeExtension<'static>> {
        let capabilities = capabilities.filter(|capabilities| *capabilities != Capabilities::NONE)?;
        let secret = capabilities.contains(Capabilities::RESUME).then(|| self.draw_secret(id));
        Some(HandshakeExtension { capabilities, secret, resumed, ..HandshakeExtension::default() })
    }

    /// Confirms that the client has its latest secret.
    pub(super) fn confirm_secret(&mut self, id: ClientId) {
        self.former_of.remove(&id);
    }

    /// Sets a secret that another process has issued to a client.
    pub(super) fn set_secret(&mut self, id: ClientId, secret: SharedSecret) {
        self.former_of.remove(&id);
        self.secret_of.insert(id, secret);
    }

    /// The secret that a client must present; none if it cannot resume.
    pub(super) fn secret_of(&self, id: ClientId) -> Option<SharedSecret> {
        self.secret_of.get(&id).copied()
    }

    /// Whether a ticket is a valid one of this session and client: the latest one, or the previous one until the
    /// client has the latest.
    pub(super) fn accepts(&self, session: SessionId, ticket: &ResumeTicket) -> bool {
        let secrets = [&self.secret_of, &self.former_of];
        ticket.session == session && secrets.iter().any(|of| of.get(&ticket.id) == Some(&ticket.secret))
    }

    /// Keeps the capabilities of a client's link: the client may return without a handshake, from another node that has
    /// kept its link.
    pub(super) fn keep_capabilities(&mut self, id: ClientId, capabilities: Capabilities) {
        self.capabilities.insert(id, capabilities);
    }

    /// The last known capabilities of both sides of a client's link.
    pub(super) fn capabilities_of(&self, id: ClientId) -> Capabilities {
        self.capabilities.get(&id).copied().unwrap_or(Capabilities::NONE)
    }

    /// Keeps the place of a client that has lost its link.
    pub(super) fn keep(&mut self, id: ClientId, until: Instant, origin: Option<PeerOrigin>) {
        self.release(id);
        self.ends.insert((until, id));
        self.kept.insert(id, Reservation { until, origin });
    }

    /// Releases the reservation of a client that has a link again.
    pub(super) fn release(&mut self, id: ClientId) {
        if let Some(Reservation { until, .. }) = self.kept.remove(&id) {
            self.ends.remove(&(until, id));
        }
    }

    /// Removes a client that is gone permanently.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.secret_of.remove(&id);
        self.former_of.remove(&id);
        self.capabilities.remove(&id);
        self.release(id);
    }

    /// The time until which the place of a client without a link is kept.
    pub(super) fn kept_until(&self, id: ClientId) -> Option<Instant> {
        self.kept.get(&id).map(|reservation| reservation.until)
    }

    /// The origin of a client without a link, if it is known.
    pub(super) fn origin_of(&self, id: ClientId) -> Option<PeerOrigin> {
        self.kept.get(&id)?.origin
    }

    /// The time at which the next place is given up.
    pub(super) fn next_end(&self) -> Option<Instant> {
        self.ends.first().map(|&(end, _)| end)
    }

    /// A client that has not come back in time.
    pub(super) fn ended(&self, now: Instant) -> Option<ClientId> {
        self.ends.first().filter(|(end, _)| *end <= now).map(|&(_, id)| id)
    }
}

#[cfg(test)]
mod tests;
