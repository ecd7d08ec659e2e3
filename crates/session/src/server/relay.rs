//! Relaying: is it the sender's own packet, and to which links does it go?

use consonance_wire::{ClientId, MessageType, Packet, ServerRelay, TextData, TextRecipient, VoiceData};

use super::{Fault, Server};
use crate::link::{Delivery, LinkId};

impl Server {
    /// Leaves the listeners' links in `fan_out`; the payload is what they get. `own` is the sender's client.
    pub(super) fn relay_unreliable<'a>(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'a>,
    ) -> Result<&'a [u8], Fault> {
        let voice = self.check_inner(own, relay.packet)?;
        self.voice_reports.count_relayed(self.now, own, relay.packet);
        self.gather(link, relay, voice.as_ref())?;
        Ok(relay.packet)
    }

    /// Goes through the outbox, behind what the same links were told before.
    pub(super) fn relay_reliable(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'_>,
    ) -> Result<(), Fault> {
        let voice = self.check_inner(own, relay.packet)?;
        self.gather(link, relay, voice.as_ref())?;
        self.outbox.push(self.fan_out.links().iter().copied(), Delivery::Reliable, relay.packet);
        Ok(())
    }

    fn gather(
        &mut self,
        link: LinkId,
        relay: &ServerRelay<'_>,
        voice: Option<&VoiceData<'_>>,
    ) -> Result<(), Fault> {
        if let Some(voice) = voice.filter(|voice| self.proximity.concerns(voice)) {
            return self.gather_near(link, relay, voice);
        }
        let ServerRelay { destinations, packet, .. } = relay;
        self.fan_out.gather(destinations.iter(), packet.len(), self.settings.permissive);
        self.sent.count(self.now, packet, self.fan_out.links().len());
        Ok(())
    }

    /// Only whole voice and text packets of the sender's own, of this session: a listener of the original falls over
    /// what it cannot read, and believes whom a packet names. The packet, if it is voice.
    fn check_inner<'a>(
        &mut self,
        own: Option<ClientId>,
        inner: &'a [u8],
    ) -> Result<Option<VoiceData<'a>>, Fault> {
        if self.settings.permissive {
            return Self::check_believed_inner(inner).map(|()| None);
        }
        let own = own.ok_or(Fault::NotJoined)?;
        let (session, sender, voice, text_room) = match MessageType::peek(inner)? {
            MessageType::VoiceData | MessageType::TextData => match Packet::parse(inner)? {
                Packet::VoiceData(voice) => (voice.session, voice.sender, Some(voice), None),
                Packet::TextData(TextData { recipient: TextRecipient::Unknown { .. }, .. }) => {
                    return Err(Fault::InnerRefused);
                }
                Packet::TextData(text) => {
                    if text.text.is_some_and(|text| text.as_bytes().len() > self.settings.limits.text_bytes) {
                        return Err(Fault::TextRefused);
                    }
                    let room = match text.recipient {
                        TextRecipient::Room(room) => Some(room),
                        _ => None,
                    };
                    (text.session, text.sender, None, room)
                }
                _ => return Err(Fault::InnerRefused),
            },
            _ => return Err(Fault::InnerRefused),
        };
        if sender != own || session != self.session {
            return Err(Fault::NotOwn);
        }
        if let Some(voice) = &voice {
            self.check_voice(own, voice)?;
        }
        if let Some(room) = text_room {
            self.check_speech(own, room)?;
        }
        Ok(voice)
    }
}
