//! Direct links to other players: the player at the other end, and the packets that may come over them.
//!
//! A direct link carries voice and text only; state always goes through the server. Only the introduction tells which
//! player is at its other end, so two rules hold: a player has one direct link at a time, the first that introduced it,
//! and while that link is up no other link speaks for it directly.

use alloc::vec::Vec;

use consonance_wire::{ClientId, HandshakeP2P, Packet, SessionId};

use super::direct_links::{Claim, DirectLinks};
use super::event::ClientEvent;
use super::fault::Fault;
use super::output::Output;
use super::players::Players;
use super::send_order::SendOrder;
use super::server_link::Joined;
use crate::link::{CloseReason, LinkId};

/// Which direct link reaches which player.
pub(super) struct DirectPeers<'a> {
    pub(super) links: &'a mut DirectLinks,
    pub(super) players: &'a mut Players,
    pub(super) me: Option<Joined>,
    pub(super) out: &'a mut Output,
}

impl DirectPeers<'_> {
    /// Adds a link, if there are fewer than so many, and introduces me over it.
    pub(super) fn add(&mut self, link: LinkId, links_max: usize) {
        if !self.links.contains(link) && self.links.len() >= links_max {
            self.out.statistics.peers_refused += 1;
            self.out.close(link, CloseReason::TooManyPeers);
            return;
        }
        self.links.insert(link);
        if let Some(me) = self.me {
            self.introduce_myself([link], me);
        }
    }

    /// After many refusals in a row a direct link is closed: the peer is hostile, or the two sides disagree about its
    /// identity, and a new link resolves that.
    pub(super) fn note_packet(&mut self, link: LinkId, bytes: usize, outcome: Result<(), Fault>) {
        let offence = outcome.err().and_then(Fault::offence);
        if self.links.count_in(link, bytes, offence.is_some())
            && let Some(last) = offence
        {
            self.out.statistics.peers_closed += 1;
            self.forget(link);
            self.out.close(link, CloseReason::Abuse { last });
        }
    }

    /// Removes a direct link; its player is reached through the server again.
    pub(super) fn forget(&mut self, link: LinkId) {
        if let Some(id) = self.links.remove(link) {
            self.unbind(link, id);
        }
    }

    /// Called before a handshake's response is applied: introductions that came too early over direct links; none if I
    /// am already in a session. Claims in another session are dropped.
    pub(super) fn take_early_claims(&mut self, session: SessionId) -> Vec<(LinkId, Claim)> {
        match self.me {
            None => self.links.take_claims(),
            Some(me) if me.session == session => Vec::new(),
            Some(_) => {
                for (link, claim) in self.links.take_claims() {
                    self.unbind(link, claim.id);
                }
                Vec::new()
            }
        }
    }

    /// Introduces me to every direct peer of a new session, and applies early introductions.
    pub(super) fn meet(&mut self, early: Vec<(LinkId, Claim)>) {
        let Some(me) = self.me else { return };
        self.introduce_myself(self.links.iter().collect::<Vec<_>>(), me);
        for (link, claim) in early.into_iter().filter(|(_, claim)| claim.session == me.session) {
            // Two early links may claim the same player: the second one waits.
            let _ = self.believe(link, claim);
        }
    }

    /// Answers a player that is in the session now, if it has introduced itself before.
    pub(super) fn find_link(&mut self, id: ClientId) {
        if let Some(link) = self.links.claimant(id) {
            self.bind(link, id);
        }
    }

    /// Handles the introduction of the player at the other end; kept until I am in a session.
    pub(super) fn handle_introduction(&mut self, link: LinkId, peer: HandshakeP2P) -> Result<(), Fault> {
        let claim = Claim { session: peer.session, id: peer.id };
        match self.me {
            None => {
                self.links.claim(link, claim);
                Ok(())
            }
            Some(me) if me.session != peer.session => Err(Fault::OtherSession),
            Some(_) => self.believe(link, claim),
        }
    }

    /// Whether a packet over a direct link comes from the player that it names.
    pub(super) fn check_speaks_for(&self, link: LinkId, sender: ClientId) -> Result<(), Fault> {
        let member = self.players.roster.get(sender).ok_or(Fault::UnknownPlayer)?;
        if member.data.link == Some(link) { Ok(()) } else { Err(Fault::Spoofed) }
    }

    /// Applies an introduction in this session.
    fn believe(&mut self, link: LinkId, claim: Claim) -> Result<(), Fault> {
        let id = claim.id;
        if let Some(before) = self.links.claim(link, claim).filter(|before| *before != id) {
            self.unbind(link, before);
        }
        // The player already has a link; this one is used if that one ends.
        if self.players.roster.get(id).and_then(|member| member.data.link).is_some_and(|other| other != link)
        {
            return Err(Fault::Spoofed);
        }
        self.out.event(ClientEvent::PeerIntroduced { id, link });
        self.bind(link, id);
        Ok(())
    }

    /// Sets the player's link; the introduction is answered once.
    fn bind(&mut self, link: LinkId, id: ClientId) {
        let Some(me) = self.me else { return };
        let Some(member) = self.players.roster.get_mut(id) else { return };
        if member.data.link.is_none() {
            member.data.link = Some(link);
            self.introduce_myself([link], me);
        }
    }

    /// Removes the player's link; another one that introduced it replaces it.
    fn unbind(&mut self, link: LinkId, id: ClientId) {
        let Some(member) = self.players.roster.get_mut(id) else { return };
        if member.data.link != Some(link) {
            return;
        }
        member.data.link = None;
        if let Some(next) = self.links.claimant(id) {
            self.out.event(ClientEvent::PeerIntroduced { id, link: next });
            self.bind(next, id);
        }
    }

    fn introduce_myself(&mut self, to: impl IntoIterator<Item = LinkId>, me: Joined) {
        let packet = Packet::from(HandshakeP2P { session: me.session, id: me.id });
        let written = self.out.outbox.push_written(SendOrder::PeerReliable, to, |out| packet.write(out));
        debug_assert!(written.is_ok(), "an introduction has nine bytes");
    }
}
