//! Relaying: is it the sender's own packet, and to which links does it go?

use consonance_wire::{ClientId, MessageType, Packet, ServerRelay, TextData, TextRecipient};

use super::{Fault, Server};
use crate::link::LinkId;

impl Server {
    /// Whether a packet was passed on since the last call about which [`handle_packet`](Self::handle_packet) returned
    /// nothing: a reliable relay, which goes out with [`poll_transmit`](Self::poll_transmit), or voice without a
    /// listener on a channel to [`RoomId::ALWAYS_SEND`](consonance_wire::RoomId::ALWAYS_SEND), which recorders and taps
    /// of the driver are to see.
    pub fn take_passed_on(&mut self) -> bool {
        self.outbound.take_did_relay()
    }

    /// Lists the listeners' links; the payload is what they get. `own` is the sender's client.
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

    /// Waits to be polled for, behind what the same links were told before.
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
        if self.looks_into_relays() && self.gather_by_rules(link, own, relay)? {
            return Ok(());
        }
        let ServerRelay { destinations, packet, .. } = relay;
        if !self.moderation.deafened().is_empty() && MessageType::peek(packet)? == MessageType::VoiceData {
            self.outbound.begin_frame(self.moderation.deafened());
        } else {
            self.outbound.begin_frame(&[]);
        }
        self.outbound.add(destinations.iter(), packet.len(), self.settings.permissive);
        self.outbound.end_frame(self.now, packet);
        Ok(())
    }

    /// Where some rooms are not as any other, the packet is read again: sessions without such rooms are to pay nothing.
    /// True if the destinations were gathered by distance.
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
                if self.proximity.concerns(&voice) {
                    self.gather_near(link, relay, &voice)?;
                    return Ok(true);
                }
            }
            Packet::TextData(TextData { recipient: TextRecipient::Room(room), .. }) => {
                self.check_speech(own, room)?;
            }
            _ => {}
        }
        Ok(false)
    }

    /// Only whole voice and text packets of the sender's own, of this session: a listener of the original falls over
    /// what it cannot read, and believes whom a packet names.
    fn check_inner(&mut self, own: Option<ClientId>, relay: &ServerRelay<'_>) -> Result<(), Fault> {
        let inner = relay.packet;
        if self.settings.permissive {
            return Self::check_believed_inner(inner);
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
        if session != self.session {
            return Err(Fault::Spoofed);
        }
        match text {
            Some(text) => self.check_text(own, &text, relay),
            None => self.check_muted(own),
        }
    }
}
