//! The way of a packet to the part that it concerns.

use alloc::boxed::Box;

use consonance_wire::limits::GROUP_MESSAGE_BYTES_MAX;
use consonance_wire::{
    EndNotice, HandshakeExtension, HandshakeResponse, MessageType, Packet, PacketHeader, SessionId,
};

use super::Client;
use super::event::{ClientEvent, Disconnection};
use super::extension::Carried;
use super::fault::Fault;
use super::listening::Listening;
use super::notices::Noticed;
use super::server_link::{self, Joined};
use crate::join_again;
use crate::link::{CloseReason, LinkId};
use crate::time::Instant;

impl Client {
    pub(super) fn dispatch(&mut self, now: Instant, link: LinkId, packet: &[u8]) -> Result<(), Fault> {
        let from_peer = self.others.links().contains(link);
        if !from_peer && self.server.link() != Some(link) {
            return Err(Fault::UnknownLink);
        }
        if self.out.outbox.waiting_bytes() > self.settings.limits.outbox_bytes {
            return Err(Fault::Undrained);
        }
        // No original sends more than another original can receive.
        if packet.len() > crate::PACKET_BYTES_MAX {
            return Err(Fault::Oversized);
        }
        let (header, _) = PacketHeader::parse(packet)?;
        if from_peer {
            return self.dispatch_from_peer(now, link, header, packet);
        }
        match header.message {
            // Only clients send these.
            MessageType::HandshakeRequest
            | MessageType::ServerRelayReliable
            | MessageType::ServerRelayUnreliable
            // Only direct peers send this one.
            | MessageType::HandshakeP2P => {
                self.out.statistics.ignored += 1;
                return Ok(());
            }
            MessageType::HandshakeResponse | MessageType::ErrorWrongSession => {}
            _ => self.server.check_session(header)?,
        }
        let (parsed, trailing) = Packet::parse_with_trailing(packet)?;
        match parsed {
            Packet::HandshakeResponse(response) => {
                let extension = HandshakeExtension::find(trailing).unwrap_or_default();
                self.handle_response(now, link, &response, extension)?;
            }
            Packet::ErrorWrongSession(error) => {
                let carried = || Carried::find(trailing, |capability| self.server.can(capability));
                match EndNotice::find(trailing) {
                    Some(notice) => self.server.note_end(&notice),
                    None => match carried() {
                        Some(carried) => self.handle_carried(now, header, &carried)?,
                        None => self.handle_wrong_session(now, error.session),
                    },
                }
            }
            Packet::ClientState(state) => self.roster_update().handle_client_state(&state)?,
            Packet::DeltaChannelState(delta) => self.roster_update().handle_delta(&delta)?,
            Packet::RemoveClient(remove) => {
                self.server.note_removal(remove.id);
                self.roster_update().handle_remove(remove.id)?;
            }
            Packet::VoiceData(voice) => self.listening()?.handle_voice(now, &voice)?,
            Packet::TextData(text) => self.listening()?.handle_text(&text)?,
            _ => debug_assert!(false, "other types were ignored above"),
        }
        Ok(())
    }

    /// Handles a packet from a direct link, which carries voice and text only.
    fn dispatch_from_peer(
        &mut self,
        now: Instant,
        link: LinkId,
        header: PacketHeader,
        packet: &[u8],
    ) -> Result<(), Fault> {
        match header.message {
            // Kept until I am in a session.
            MessageType::HandshakeP2P => {}
            MessageType::VoiceData | MessageType::TextData => self.server.check_session(header)?,
            _ => return Err(Fault::NotForPeers),
        }
        match Packet::parse(packet)? {
            Packet::HandshakeP2P(handshake) => self.peers().handle_introduction(link, handshake),
            Packet::VoiceData(voice) => {
                self.peers().check_speaks_for(link, voice.sender)?;
                self.listening()?.handle_voice(now, &voice)
            }
            Packet::TextData(text) => {
                self.peers().check_speaks_for(link, text.sender)?;
                self.listening()?.handle_text(&text)
            }
            _ => Err(Fault::NotForPeers),
        }
    }

    /// Handles the handshake's response, which is accepted in any state: it sets session and id, and players missing
    /// from it have left.
    fn handle_response(
        &mut self,
        now: Instant,
        link: LinkId,
        response: &HandshakeResponse<'_>,
        extension: HandshakeExtension<'_>,
    ) -> Result<(), Fault> {
        server_link::check_names(response)?;
        let HandshakeResponse { session, id, .. } = *response;
        if self.server.joined().is_none() {
            self.own.rooms_mut().forget_exits();
        }
        let early = self.peers().take_early_claims(session);
        let me = Joined { link, session, id };
        let resumed = self.server.join(now, me, extension, &self.settings, &mut self.out);
        self.own.begin();
        self.roster_update().begin(response, resumed);
        self.own.rooms_mut().send_all(me, &self.settings, &mut self.out);
        self.position.begin(self.now, self.server.wants_position(), &mut self.out);
        self.peers().meet(early);
        Ok(())
    }

    fn handle_wrong_session(&mut self, now: Instant, session: SessionId) {
        let own = self.server.joined().map(|me| me.session);
        if own == Some(session) {
            return;
        }
        let link = self.server.link();
        if own.is_some_and(|own| join_again::session_to_name(own) == session) {
            // Another server may have taken over our session and kept our place.
            self.lose_link(now, Disconnection::WrongSession);
        } else {
            self.tear_down(now, Disconnection::WrongSession);
        }
        if let Some(link) = link {
            self.out.close(link, CloseReason::WrongSession);
        }
    }

    /// Handles a message that a server of ours sends in an extension.
    fn handle_carried(
        &mut self,
        now: Instant,
        header: PacketHeader,
        carried: &Carried<'_>,
    ) -> Result<(), Fault> {
        self.server.check_session(header)?;
        match carried {
            Carried::Report(report) => self.own.voice_mut().handle_report(now, report, &mut self.out),
            Carried::Notice(notice) => {
                let mut noticed = Noticed {
                    own: &mut self.own,
                    players: self.others.players_mut(),
                    moderator_requests: &mut self.moderator_requests,
                    me: self.server.joined(),
                    settings: &self.settings,
                    out: &mut self.out,
                };
                noticed.handle(now, notice);
            }
            Carried::GroupPart(part) => {
                let taken = self.group_inbox.take(part, GROUP_MESSAGE_BYTES_MAX);
                if let Some(message) = taken.map_err(|()| Fault::Contradiction)? {
                    self.out.event(ClientEvent::GroupMessage { message: Box::from(message) });
                }
            }
            Carried::Closing(closing) => self.server.handle_closing(closing, &mut self.out),
            Carried::Servers(list) => {
                let addresses = list.addresses().map(Box::from).collect();
                self.out.event(ClientEvent::ServersListed { addresses });
            }
        }
        Ok(())
    }

    fn listening(&mut self) -> Result<Listening<'_>, Fault> {
        let me = self.server.joined().ok_or(Fault::NotJoined)?.id;
        Ok(Listening { players: self.others.players_mut(), own: &self.own, me, out: &mut self.out })
    }
}
