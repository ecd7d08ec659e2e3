//! Relaying: checks that a packet is the sender's own, and chooses the links that it goes to.

use consonance_wire::{
    ClientId, MessageType, Notice, Packet, ServerRelay, TextData, TextRecipient, VoiceData,
};

use super::permissive::check_believed_inner;
use super::room_policy::TextRefusal;
use super::{Fault, Server};
use crate::link::LinkId;

impl Server {
    /// Whether a packet was passed on since the last call about which [`handle_packet`](Self::handle_packet) returned
    /// nothing: a reliable relay, which goes out with [`poll_transmit`](Self::poll_transmit), or voice without a
    /// listener on a channel to [`RoomId::ALWAYS_SEND`](consonance_wire::RoomId::ALWAYS_SEND), which recorders and taps
    /// of the driver are to see.
    pub fn take_relayed(&mut self) -> bool {
        self.outbound.take_did_relay()
    }

    /// Lists the listeners' links; the payload is the packet for them. `own` is the sender's client.
    pub(super) fn relay_unreliable<'a>(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'a>,
    ) -> Result<&'a [u8], Fault> {
        self.check_inner(own, relay)?;
        self.voice_reports.count_relayed(self.now, own, relay.packet);
        self.gather(link, own, relay)?;
        self.statistics.frames_relayed += 1;
        Ok(relay.packet)
    }

    /// Queues the packet, behind earlier packets to the same links.
    pub(super) fn relay_reliable(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'_>,
    ) -> Result<(), Fault> {
        self.check_inner(own, relay)?;
        self.gather(link, own, relay)?;
        self.outbound.queue_frame(relay.packet);
        Ok(())
    }

    fn gather(&mut self, link: LinkId, own: Option<ClientId>, relay: &ServerRelay<'_>) -> Result<(), Fault> {
        let looks_into_it = self.settings.monitor_channels || self.policy.looks_into_voice();
        if looks_into_it && self.gather_by_rules(link, own, relay)? {
            return Ok(());
        }
        let ServerRelay { destinations, packet, .. } = relay;
        if !self.policy.register().deafened().is_empty()
            && MessageType::peek(packet)? == MessageType::VoiceData
        {
            self.outbound.begin_frame(self.policy.register().deafened());
        } else {
            self.outbound.begin_frame(&[]);
        }
        self.outbound.add(destinations.iter(), packet.len(), self.settings.permissive);
        self.outbound.end_frame(self.now, packet);
        Ok(())
    }

    /// Parses the packet again where some rooms have special rules: sessions without such rooms must pay nothing. True
    /// if the destinations were gathered by distance.
    #[inline(never)]
    fn gather_by_rules(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'_>,
    ) -> Result<bool, Fault> {
        let own = own.ok_or(Fault::NotJoined)?;
        match Packet::parse(relay.packet)? {
            Packet::VoiceData(voice) => {
                self.check_voice(own, &voice)?;
                self.monitor(&voice);
                if self.policy.proximity().concerns(&voice) {
                    self.gather_near(link, relay, &voice)?;
                    return Ok(true);
                }
            }
            Packet::TextData(TextData { recipient: TextRecipient::Room(room), .. }) => {
                let checked = self.policy.check_speech(own, room);
                checked.map_err(|refused| self.report_refusal(own, refused))?;
            }
            _ => {}
        }
        Ok(false)
    }

    /// Accepts only whole voice and text packets of the sender's own, of this session: a listener of the original
    /// crashes on a packet that it cannot parse, and believes any sender that a packet names.
    fn check_inner(&mut self, own: Option<ClientId>, relay: &ServerRelay<'_>) -> Result<(), Fault> {
        let inner = relay.packet;
        if self.settings.permissive {
            return check_believed_inner(inner);
        }
        let own = own.ok_or(Fault::NotJoined)?;
        let (session, sender, text) = match MessageType::peek(inner)? {
            MessageType::VoiceData | MessageType::TextData => match Packet::parse(inner)? {
                Packet::VoiceData(voice) => (voice.session, voice.sender, None),
                Packet::TextData(TextData { recipient: TextRecipient::Unknown { .. }, .. }) => {
                    return Err(Fault::InnerRefused);
                }
                Packet::TextData(text) => {
                    if text.text.is_some_and(|text| text.as_bytes().len() > self.settings.limits.text_bytes) {
                        return Err(Fault::TextRefused);
                    }
                    (text.session, text.sender, Some(text))
                }
                _ => return Err(Fault::InnerRefused),
            },
            _ => return Err(Fault::InnerRefused),
        };
        if sender != own {
            self.tell_spoofed(own, sender);
            return Err(Fault::Spoofed);
        }
        if session != self.settings.session {
            return Err(Fault::Spoofed);
        }
        match text {
            Some(text) => self.check_text(own, &text, relay),
            None => self.policy.check_muted(own),
        }
    }

    /// Refuses a frame that breaks a rule.
    #[inline]
    pub(super) fn check_voice(&mut self, own: ClientId, voice: &VoiceData<'_>) -> Result<(), Fault> {
        let checked = self.policy.check_voice(&self.members, self.now, own, voice);
        checked.map_err(|refused| self.report_refusal(own, refused))
    }

    /// Refuses a text of a client that is muted, or has to wait; in the latter case the client is told.
    fn check_text(
        &mut self,
        own: ClientId,
        text: &TextData<'_>,
        relay: &ServerRelay<'_>,
    ) -> Result<(), Fault> {
        let room = match text.recipient {
            TextRecipient::Room(room) => Some(room),
            _ => None,
        };
        let every = (self.settings.limits.text_every, room);
        let here = relay.destinations.iter().filter(|id| self.members.contains(*id));
        match self.policy.check_text(self.now, own, every, relay.packet, here) {
            Ok(()) => Ok(()),
            Err(TextRefusal::Muted) => Err(Fault::TextMuted),
            Err(TextRefusal::RateLimited(wait)) => {
                let wait_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
                self.notify(own, &Notice::TextRateLimited { wait_ms: wait_ms.max(1) });
                Err(Fault::TextRateLimited)
            }
        }
    }
}
