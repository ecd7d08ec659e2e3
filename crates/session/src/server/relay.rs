//! The path of a frame through the server: permission checks, statistics, and recipients.
//!
//! Voice comes in two shapes. Without destinations it is [routed](Relay::route) to the listeners in this server's
//! tables; inside a relay packet it goes to the destinations that its sender has listed, as far as the rules of rooms
//! let it. [`recipients`] lists the links for both; the packet itself is never copied.

mod recipients;

use consonance_wire::{
    ClientId, MessageType, Packet, ParseError, ServerRelay, TextData, TextRecipient, VoiceData,
};

use super::Server;
use super::fault::Fault;
use super::observations::Observations;
use super::outgoing::Outgoing;
use super::presence::Presence;
use super::room_policy::{Refused, Report, TextRefusal};
use super::rules::Rules;
use crate::link::LinkId;

pub(super) use recipients::cost;

/// The parts of the server that a frame passes, and no others.
pub(super) struct Relay<'s> {
    rules: &'s mut Rules,
    presence: &'s mut Presence,
    observations: &'s mut Observations,
}

impl Server {
    /// The path of a frame.
    #[inline]
    pub(super) fn relay(&mut self) -> Relay<'_> {
        Relay { rules: &mut self.rules, presence: &mut self.presence, observations: &mut self.observations }
    }

    /// Whether a packet was passed on since the last call about which [`handle_packet`](Self::handle_packet) returned
    /// nothing: a reliable relay, which goes out with [`poll_transmit`](Self::poll_transmit), or voice without a
    /// listener on a channel to [`RoomId::ALWAYS_SEND`](consonance_wire::RoomId::ALWAYS_SEND), which recorders and taps
    /// of the driver are to see.
    pub fn take_relayed(&mut self) -> bool {
        self.presence.outbound_mut().take_did_relay()
    }
}

impl Relay<'_> {
    /// Lists the links of all clients that the channels of a frame without destinations reach, each once and without
    /// the sender.
    #[inline]
    pub(super) fn route(
        &mut self,
        own: Option<ClientId>,
        voice: &VoiceData<'_>,
        packet: &[u8],
    ) -> Result<(), Refused> {
        let own = own.ok_or(Fault::NotJoined)?;
        if voice.sender != own {
            return Err(spoofed(voice.sender));
        }
        let now = self.rules.now();
        self.rules.policy_mut().check_voice(self.presence.members(), now, own, voice)?;
        self.note_channels(voice);
        self.observations.count_routed(self.rules.now(), own, voice);
        self.list_listeners(own, voice, packet);
        Ok(())
    }

    /// Lists the links of the listed destinations. The payload is the packet for them.
    #[inline]
    pub(super) fn relay_unreliable<'a>(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'a>,
    ) -> Result<&'a [u8], Refused> {
        self.check_inner(own, relay)?;
        self.observations.count_relayed(self.rules.now(), own, relay.packet);
        self.list_destinations(link, own, relay)?;
        self.observations.statistics_mut().frames_relayed += 1;
        Ok(relay.packet)
    }

    /// Queues the packet for the listed destinations, behind earlier packets to the same links.
    pub(super) fn relay_reliable(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'_>,
    ) -> Result<(), Refused> {
        self.check_inner(own, relay)?;
        self.list_destinations(link, own, relay)?;
        self.presence.outbound_mut().queue_frame(relay.packet);
        Ok(())
    }

    /// Voice that was checked and passed on at another node: lists the links of its listeners here. The payload is the
    /// packet for them; none if it is no voice of this sender.
    pub(super) fn relay_from_elsewhere<'a>(
        &mut self,
        sender: ClientId,
        packet: &'a [u8],
    ) -> Option<&'a [u8]> {
        let (parsed, _) = Packet::parse_with_trailing(packet).ok()?;
        match parsed {
            Packet::VoiceData(voice) if voice.sender == sender => {
                self.note_channels(&voice);
                self.list_listeners(sender, &voice, packet);
                Some(packet)
            }
            Packet::ServerRelayUnreliable(relay) => {
                let Ok(Packet::VoiceData(voice)) = Packet::parse(relay.packet) else { return None };
                if voice.sender != sender && !self.rules.is_permissive() {
                    return None;
                }
                self.note_channels(&voice);
                self.list_checked_destinations(sender, &relay, &voice);
                Some(relay.packet)
            }
            _ => None,
        }
    }

    /// Accepts only whole voice and text packets of the sender's own, of this session: a listener of the original
    /// crashes on a packet that it cannot parse, and believes any sender that a packet names.
    #[inline]
    fn check_inner(&mut self, own: Option<ClientId>, relay: &ServerRelay<'_>) -> Result<(), Refused> {
        let inner = relay.packet;
        if self.rules.is_permissive() {
            return Ok(check_believed_inner(inner)?);
        }
        let own = own.ok_or(Fault::NotJoined)?;
        let (session, sender, text) = match MessageType::peek(inner).map_err(Fault::from)? {
            MessageType::VoiceData | MessageType::TextData => match Packet::parse(inner)
                .map_err(Fault::from)?
            {
                Packet::VoiceData(voice) => (voice.session, voice.sender, None),
                Packet::TextData(TextData { recipient: TextRecipient::Unknown { .. }, .. }) => {
                    return Err(Fault::InnerRefused.into());
                }
                Packet::TextData(text) => {
                    if text.text.is_some_and(|text| text.as_bytes().len() > self.rules.limits().text_bytes) {
                        return Err(Fault::TextRefused.into());
                    }
                    (text.session, text.sender, Some(text))
                }
                _ => return Err(Fault::InnerRefused.into()),
            },
            _ => return Err(Fault::InnerRefused.into()),
        };
        if sender != own {
            return Err(spoofed(sender));
        }
        if session != self.rules.session() {
            return Err(Fault::Spoofed.into());
        }
        match text {
            Some(text) => self.check_text(own, &text, relay),
            None => Ok(self.rules.policy().check_muted(own)?),
        }
    }

    /// Refuses a text of a client that is muted, or has to wait.
    fn check_text(
        &mut self,
        own: ClientId,
        text: &TextData<'_>,
        relay: &ServerRelay<'_>,
    ) -> Result<(), Refused> {
        let room = match text.recipient {
            TextRecipient::Room(room) => Some(room),
            _ => None,
        };
        let (now, every) = (self.rules.now(), (self.rules.limits().text_every, room));
        let here = relay.destinations.iter().filter(|id| self.presence.members().contains(*id));
        let refused = match self.rules.policy_mut().check_text(now, own, every, relay.packet, here) {
            Ok(()) => return Ok(()),
            Err(TextRefusal::Muted) => Fault::TextMuted.into(),
            Err(TextRefusal::RateLimited(wait)) => {
                Refused::new(Fault::TextRateLimited, Some(Report::TextTooSoon { wait }))
            }
        };
        Err(refused)
    }

    /// Notes the channels of a frame that is passed on, where speakers and their recipients are reported.
    fn note_channels(&mut self, voice: &VoiceData<'_>) {
        if !self.rules.settings().monitor_channels || !self.presence.members().contains(voice.sender) {
            return;
        }
        self.observations.note_channels(
            self.rules.now(),
            voice,
            self.presence.members(),
            self.rules.policy().directory(),
        );
    }

    /// Reports a refusal to the client or the operator; returns its fault.
    #[cold]
    pub(super) fn report(&mut self, own: Option<ClientId>, refused: Refused) -> Fault {
        if let Some((id, report)) = own.zip(refused.report) {
            let mut outgoing = Outgoing::new(self.rules, self.presence, self.observations);
            if let Some(event) = outgoing.report(id, Some(*report)) {
                self.observations.raise(event);
            }
        }
        refused.fault
    }
}

/// Checks a packet to relay on a permissive server: any type with the magic number is allowed, except an introduction
/// to a direct peer.
fn check_believed_inner(inner: &[u8]) -> Result<(), Fault> {
    match MessageType::peek(inner) {
        Ok(MessageType::HandshakeP2P) => Err(Fault::InnerRefused),
        Ok(_) | Err(ParseError::UnknownType { .. }) => Ok(()),
        Err(_) => Err(Fault::Malformed),
    }
}

/// A client sent something in the name of another one.
fn spoofed(claimed: ClientId) -> Refused {
    Refused::new(Fault::Spoofed, Some(Report::Spoofed { claimed }))
}
