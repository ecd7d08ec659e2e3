//! Resume: a client that lost its link gets its place back, if it comes in time and shows its secret.

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_wire::{Capabilities, ClientId, CodecSettings, HandshakeExtension, ResumeTicket, Secret};

use super::{Fault, Server, ServerEvent};
use crate::link::{CloseReason, LinkCommand, LinkId, PeerOrigin};
use crate::secrets::Secrets;
use crate::time::Instant;

/// The places of clients that can resume.
#[derive(Debug)]
pub(super) struct Places {
    secrets: Secrets,
    /// What each client has to show; a secret is good for one time.
    secret_of: BTreeMap<ClientId, Secret>,
    /// Clients without a link by when their place is given up, and the other way round.
    kept: BTreeSet<(Instant, ClientId)>,
    kept_until: BTreeMap<ClientId, Instant>,
    /// The origins of the clients whose links were lost.
    origin_of: BTreeMap<ClientId, PeerOrigin>,
    /// Clients that have not said yet which rooms they listen to, so that nobody was told of them.
    untold: BTreeSet<ClientId>,
}

impl Places {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let secrets = Secrets::new(key);
        let (secret_of, kept_until) = (BTreeMap::new(), BTreeMap::new());
        let (untold, origin_of) = (BTreeSet::new(), BTreeMap::new());
        Self { secrets, secret_of, kept: BTreeSet::new(), kept_until, origin_of, untold }
    }

    /// Goes on with the secrets of a session before, so that none comes twice.
    pub(super) fn draw_on_from(&mut self, before: &Self) {
        self.secrets = before.secrets.clone();
    }

    /// When the next place is given up.
    pub(super) fn next_end(&self) -> Option<Instant> {
        self.kept.first().map(|&(end, _)| end)
    }

    /// The client is gone for good.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.secret_of.remove(&id);
        self.untold.remove(&id);
        self.release(id);
    }

    /// What a client has to show; none if it cannot resume.
    pub(super) fn secret_of(&self, id: ClientId) -> Option<Secret> {
        self.secret_of.get(&id).copied()
    }

    /// Whether nobody was told of a client yet.
    pub(super) fn is_untold(&self, id: ClientId) -> bool {
        self.untold.contains(&id)
    }

    /// A client that nobody was told of, unless they were.
    pub(super) fn note_untold(&mut self, id: ClientId, is_untold: bool) {
        if is_untold {
            self.untold.insert(id);
        }
    }

    /// Everybody is told of a client. True if nobody was before.
    pub(super) fn take_untold(&mut self, id: ClientId) -> bool {
        self.untold.remove(&id)
    }

    /// A place that another process has promised is kept until then.
    pub(super) fn keep_restored(&mut self, id: ClientId, secret: Secret, is_untold: bool, until: Instant) {
        self.secret_of.insert(id, secret);
        self.note_untold(id, is_untold);
        self.keep(id, until);
    }

    fn keep(&mut self, id: ClientId, until: Instant) {
        self.kept.insert((until, id));
        self.kept_until.insert(id, until);
    }

    /// Until when the place of a client without a link is kept.
    pub(super) fn kept_until(&self, id: ClientId) -> Option<Instant> {
        self.kept_until.get(&id).copied()
    }

    /// From where a client without a link came, if that is known.
    pub(super) fn origin_of(&self, id: ClientId) -> Option<PeerOrigin> {
        self.origin_of.get(&id).copied()
    }

    fn release(&mut self, id: ClientId) {
        self.origin_of.remove(&id);
        if let Some(until) = self.kept_until.remove(&id) {
            self.kept.remove(&(until, id));
        }
    }

    fn new_secret(&mut self, id: ClientId) -> Secret {
        let secret = self.secrets.draw();
        self.secret_of.insert(id, secret);
        secret
    }
}

impl Server {
    /// What both sides can do over this link from now on.
    pub(super) fn note_capabilities(&mut self, link: LinkId, extension: Option<&HandshakeExtension<'_>>) {
        let announced = extension.map_or(Capabilities::NONE, |extension| extension.capabilities);
        self.links.set_capabilities(link, announced.and(self.settings.capabilities));
    }

    /// What stands behind the answer to a handshake; nothing for an original.
    pub(super) fn answer_extension(
        &mut self,
        link: LinkId,
        id: ClientId,
        resumed: bool,
    ) -> Option<HandshakeExtension<'static>> {
        let capabilities = self.links.get(link)?.capabilities;
        if capabilities == Capabilities::NONE {
            return None;
        }
        let secret = capabilities.contains(Capabilities::RESUME).then(|| self.places.new_secret(id));
        Some(HandshakeExtension { capabilities, secret, resumed, ..HandshakeExtension::default() })
    }

    /// The link of a client is lost: its place is kept for a while if it can come back.
    pub(super) fn keep_place(&mut self, link: LinkId) {
        if !self.keeps_place_of(link) {
            return;
        }
        let Some(id) = self.links.detach(link) else { return };
        let origin = self.links.origin_of(link);
        self.outbound.remove(id);
        self.voice_reports.remove(id);
        self.places.keep(id, self.now + self.settings.limits.resume);
        self.places.origin_of.extend(origin.map(|origin| (id, origin)));
    }

    /// A client that can resume says that it goes for good. (One of the original just closes its link.) Its link may
    /// join again, and is waited for like any other until then.
    pub(super) fn handle_farewell(&mut self, link: LinkId, id: ClientId) -> Result<(), Fault> {
        if self.links.client_of(link)? != id {
            return Err(Fault::Spoofed);
        }
        self.remove_client(id);
        if self.links.clients_of(link).next().is_none() {
            self.links.await_join(link, self.now + self.settings.limits.handshake);
        }
        Ok(())
    }

    /// Whether the client of this link gets its place back after a lost link, and so has to say goodbye.
    pub(super) fn keeps_place_of(&self, link: LinkId) -> bool {
        self.links.can(link, Capabilities::RESUME)
    }

    /// Removes the clients that did not come back in time.
    pub(super) fn give_up_places(&mut self) {
        while let Some(&(end, id)) = self.places.kept.first()
            && end <= self.now
        {
            self.statistics.places_given_up += 1;
            self.remove_client(id);
        }
    }

    /// Gives a client its place back over another link; false if the ticket is not good. Whoever sends with another
    /// codec than before joins anew, since the others are told of a codec by that alone.
    pub(super) fn resume(
        &mut self,
        link: LinkId,
        name: &str,
        codec: CodecSettings,
        ticket: &ResumeTicket,
    ) -> bool {
        let id = ticket.id;
        let is_its_own =
            self.members.get(id).is_some_and(|member| *member.name == *name && member.codec == codec);
        let is_good = self.keeps_place_of(link)
            && is_its_own
            && ticket.session == self.session
            && self.places.secret_of.get(&id) == Some(&ticket.secret)
            && self.links.client_of(link).is_err();
        if !is_good {
            self.statistics.tickets_refused += 1;
            return false;
        }
        self.drop_old_link(id);
        self.places.release(id);
        self.outbound.insert(id, link);
        self.begin_voice_reports(link, id);
        self.members.set_link(id, link);
        self.links.attach(link, id);
        self.name_claims.forget(link);
        self.statistics.places_resumed += 1;
        self.events.push(ServerEvent::ClientResumed { id, name: name.into(), link });
        self.welcome(link, id, true);
        self.tell_of_draining(id);
        true
    }

    /// The client noticed the end of its old link before this side did.
    fn drop_old_link(&mut self, id: ClientId) {
        let Some(old) = self.outbound.link_of(id) else { return };
        self.links.detach(old);
        self.forget_link(old);
        self.commands.push(LinkCommand::close(old, CloseReason::Resumed));
    }
}
