//! Direct links to other players: the player at the other end, and the packets that may come over them.
//!
//! A direct link carries voice and text only; state always goes through the server. Only the introduction tells which
//! player is at its other end, so two rules hold: a player has one direct link at a time, the first that introduced it,
//! and while that link is up no other link speaks for it directly.

use alloc::vec::Vec;

use consonance_wire::{ClientId, HandshakeP2P, MessageType, Packet, PacketHeader, SessionId};

use super::connect::Connection;
use super::direct_links::Claim;
use super::event::ClientEvent;
use super::stages::Stage;
use super::{Client, Fault};
use crate::link::{CloseReason, LinkCommand, LinkId};
use crate::time::Instant;

impl Client {
    /// Handles a new direct link to another player, opened by either side; an introduction over it will name the
    /// player.
    ///
    /// If I am in a session, I introduce myself at once, otherwise as soon as I have joined one; a repeated call
    /// repeats the introduction. The end of the link is reported with
    /// [`handle_disconnected`](Self::handle_disconnected). A link that cannot be used is closed: while the client is
    /// stopped, or beyond [`Limits::direct_links`](crate::Limits).
    pub fn handle_peer_connected(&mut self, now: Instant, link: LinkId) {
        self.now = now;
        if self.connection.link() == Some(link) {
            return;
        }
        if matches!(self.connection, Connection::Stopped) {
            self.commands.push_back(LinkCommand::close(link, CloseReason::Left));
            return;
        }
        if !self.links.contains(link) && self.links.len() >= self.settings.limits.direct_links {
            self.statistics.peers_refused += 1;
            self.commands.push_back(LinkCommand::close(link, CloseReason::TooManyPeers));
            return;
        }
        self.links.insert(link);
        if let Ok((session, id)) = self.joined() {
            self.introduce_myself([link], session, id);
        }
    }

    /// The players that can be sent voice and text directly, by ascending id, each with its link.
    pub fn direct_peers(&self) -> impl Iterator<Item = (ClientId, LinkId)> {
        self.players.roster.iter().filter_map(|member| Some((member.id, member.data.link?)))
    }

    /// Handles a packet from a direct link.
    pub(super) fn dispatch_from_peer(
        &mut self,
        now: Instant,
        link: LinkId,
        header: PacketHeader,
        packet: &[u8],
    ) -> Result<(), Fault> {
        match header.message {
            // Kept until I am in a session.
            MessageType::HandshakeP2P => {}
            MessageType::VoiceData | MessageType::TextData => self.check_session(header)?,
            _ => return Err(Fault::NotForPeers),
        }
        match Packet::parse(packet)? {
            Packet::HandshakeP2P(handshake) => self.handle_introduction(link, handshake),
            Packet::VoiceData(voice) => {
                self.check_speaks_for(link, voice.sender)?;
                self.handle_voice(now, &voice)
            }
            Packet::TextData(text) => {
                self.check_speaks_for(link, text.sender)?;
                self.handle_text(&text)
            }
            _ => Err(Fault::NotForPeers),
        }
    }

    /// After many refusals in a row a direct link is closed: the peer is hostile, or the two sides disagree about its
    /// identity, and a new link resolves that.
    pub(super) fn note_peer_packet(&mut self, link: LinkId, bytes: usize, outcome: Result<(), Fault>) {
        let offence = outcome.err().and_then(Fault::offence);
        if self.links.count_in(link, bytes, offence.is_some())
            && let Some(last) = offence
        {
            self.statistics.peers_closed += 1;
            self.forget_direct_link(link);
            self.commands.push_back(LinkCommand::close(link, CloseReason::Abuse { last }));
        }
    }

    /// Removes a direct link; its player is reached through the server again.
    pub(super) fn forget_direct_link(&mut self, link: LinkId) {
        if let Some(id) = self.links.remove(link) {
            self.unbind(link, id);
        }
    }

    /// Called before a handshake's response is applied: introductions that came too early over direct links; none if I
    /// am already in a session. Claims in another session are dropped.
    pub(super) fn take_early_claims(&mut self, session: SessionId) -> Vec<(LinkId, Claim)> {
        match self.joined() {
            Err(_) => self.links.take_claims(),
            Ok((same, _)) if same == session => Vec::new(),
            Ok(_) => {
                for (link, claim) in self.links.take_claims() {
                    self.unbind(link, claim.id);
                }
                Vec::new()
            }
        }
    }

    /// Introduces me to every direct peer of a new session, and applies early introductions.
    pub(super) fn meet_direct_peers(&mut self, early: Vec<(LinkId, Claim)>) {
        let Ok((session, id)) = self.joined() else { return };
        self.introduce_myself(self.links.iter().collect::<Vec<_>>(), session, id);
        for (link, claim) in early.into_iter().filter(|(_, claim)| claim.session == session) {
            // Two early links may claim the same player: the second one waits.
            let _ = self.believe(link, claim);
        }
    }

    /// Answers a player that is in the session now, if it has introduced itself before.
    pub(super) fn find_direct_link(&mut self, id: ClientId) {
        if let Some(link) = self.links.claimant(id) {
            self.bind(link, id);
        }
    }

    fn handle_introduction(&mut self, link: LinkId, handshake: HandshakeP2P) -> Result<(), Fault> {
        let claim = Claim { session: handshake.session, id: handshake.id };
        match self.joined() {
            Err(_) => {
                self.links.claim(link, claim);
                Ok(())
            }
            Ok((session, _)) if session != handshake.session => Err(Fault::OtherSession),
            Ok(_) => self.believe(link, claim),
        }
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
        self.events.push(ClientEvent::PeerIntroduced { id, link });
        self.bind(link, id);
        Ok(())
    }

    /// Sets the player's link; the introduction is answered once.
    fn bind(&mut self, link: LinkId, id: ClientId) {
        let Ok((session, own)) = self.joined() else { return };
        let Some(member) = self.players.roster.get_mut(id) else { return };
        if member.data.link.is_none() {
            member.data.link = Some(link);
            self.introduce_myself([link], session, own);
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
            self.events.push(ClientEvent::PeerIntroduced { id, link: next });
            self.bind(next, id);
        }
    }

    /// Whether a packet over a direct link comes from the player that it names.
    fn check_speaks_for(&self, link: LinkId, sender: ClientId) -> Result<(), Fault> {
        let member = self.players.roster.get(sender).ok_or(Fault::UnknownPlayer)?;
        if member.data.link == Some(link) { Ok(()) } else { Err(Fault::Spoofed) }
    }

    fn introduce_myself(&mut self, to: impl IntoIterator<Item = LinkId>, session: SessionId, id: ClientId) {
        let packet = Packet::from(HandshakeP2P { session, id });
        let written = self.outbox.push_written(Stage::PeerReliable, to, |out| packet.write(out));
        debug_assert!(written.is_ok(), "an introduction has nine bytes");
    }
}
