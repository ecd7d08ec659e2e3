//! Sealing and opening of whole packets.

use std::time::Duration;

use consonance_wire::{
    ChannelKind, ClientId, MessageType, Packet, SealedVoice, ServerRelay, TextData, TextRecipient, VoiceData,
    WireStr, Writer,
};

use super::{PacketCipher, Withheld};

/// The result of sealing or opening a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage<'a> {
    /// It passes unchanged.
    AsIs,
    /// This packet passes instead.
    Instead(&'a [u8]),
    /// It is dropped; the reason is counted.
    Dropped,
}

impl<'a> Passage<'a> {
    /// The packet that passes in place of `packet`; none if it was dropped.
    pub fn packet(self, packet: &'a [u8]) -> Option<&'a [u8]> {
        match self {
            Self::AsIs => Some(packet),
            Self::Instead(other) => Some(other),
            Self::Dropped => None,
        }
    }
}

impl PacketCipher {
    /// Seals a packet of the local client; returns what to send instead. `name_of` looks up the session's players, and
    /// `loudness` measures an Opus frame.
    pub fn seal_packet<'n>(
        &mut self,
        packet: &[u8],
        name_of: impl Fn(ClientId) -> Option<&'n str>,
        loudness: impl Fn(&[u8]) -> Option<u8>,
    ) -> Passage<'_> {
        let message = MessageType::peek(packet);
        let is_relay =
            matches!(message, Ok(MessageType::ServerRelayReliable | MessageType::ServerRelayUnreliable));
        if !is_relay && !matches!(message, Ok(MessageType::VoiceData | MessageType::TextData)) {
            return Passage::AsIs;
        }
        // What cannot be understood may hold voice or text.
        let Ok(parsed) = Packet::parse(packet) else { return Passage::Dropped };
        let inner = match parsed {
            Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay) => {
                let Ok(inner) = Packet::parse(relay.packet) else { return Passage::Dropped };
                if matches!(inner, Packet::ServerRelayReliable(_) | Packet::ServerRelayUnreliable(_)) {
                    return Passage::Dropped;
                }
                inner
            }
            _ => parsed,
        };
        match self.sealed(&inner, name_of, loudness) {
            Some(true) => {}
            Some(false) => return Passage::AsIs,
            None => return Passage::Dropped,
        }
        let written = match parsed {
            Packet::ServerRelayReliable(relay) => {
                let relay = ServerRelay { packet: &self.sealed, ..relay };
                write(&Packet::ServerRelayReliable(relay), &mut self.packet)
            }
            Packet::ServerRelayUnreliable(relay) => {
                let relay = ServerRelay { packet: &self.sealed, ..relay };
                write(&Packet::ServerRelayUnreliable(relay), &mut self.packet)
            }
            _ => {
                core::mem::swap(&mut self.packet, &mut self.sealed);
                Some(())
            }
        };
        written.map_or(Passage::Dropped, |()| Passage::Instead(&self.packet))
    }

    /// Writes a packet sealed into `self.sealed`. False if it is sent unchanged; `None` if it cannot be sent.
    fn sealed<'n>(
        &mut self,
        packet: &Packet<'_>,
        name_of: impl Fn(ClientId) -> Option<&'n str>,
        loudness: impl Fn(&[u8]) -> Option<u8>,
    ) -> Option<bool> {
        if !matches!(packet, Packet::VoiceData(_) | Packet::TextData(_)) {
            return Some(false);
        }
        if !self.has_keys() {
            self.counts.without_keys += 1;
            return None;
        }
        if let Some(recipient) = recipients(packet).find(|recipient| self.is_plain(*recipient, &name_of)) {
            if self.sends_plain() {
                self.counts.sent_plain += 1;
                return Some(false);
            }
            self.withhold(recipient);
            return None;
        }
        self.counts.sealed += 1;
        let mut content = Vec::new();
        match packet {
            Packet::VoiceData(voice) => {
                self.seal_frame(loudness(voice.frame), voice.frame, &mut content).ok()?;
                let voice = VoiceData { frame: &content, ..*voice };
                write(&Packet::VoiceData(voice), &mut self.sealed)?;
            }
            Packet::TextData(text) => {
                let plain = text.text.map(|text| text.to_str().into_owned()).unwrap_or_default();
                let sealed = self.seal_text(&plain).ok()?;
                let text = TextData { text: Some(WireStr::from(&*sealed)), ..*text };
                write(&Packet::TextData(text), &mut self.sealed)?;
            }
            _ => return Some(false),
        }
        Some(true)
    }

    /// Opens a packet for the local client; returns what it receives instead.
    pub fn open_packet<'n>(
        &mut self,
        now: Duration,
        packet: &[u8],
        name_of: impl Fn(ClientId) -> Option<&'n str>,
    ) -> Passage<'_> {
        if !matches!(MessageType::peek(packet), Ok(MessageType::VoiceData | MessageType::TextData)) {
            return Passage::AsIs;
        }
        // The client counts malformed packets.
        let Ok(parsed) = Packet::parse(packet) else { return Passage::AsIs };
        let opened = match &parsed {
            Packet::VoiceData(voice) => match SealedVoice::of(voice.frame) {
                Some(sealed) => self.open_voice(now, voice, &sealed, &name_of),
                None => return self.let_plain_in(&parsed, voice.sender, &name_of),
            },
            Packet::TextData(text) => {
                let sealed = text.text.and_then(WireStr::as_valid).filter(|text| Self::is_sealed_text(text));
                match sealed {
                    Some(sealed) => self.open_text_packet(now, text, sealed, &name_of),
                    None => return self.let_plain_in(&parsed, text.sender, &name_of),
                }
            }
            _ => return Passage::AsIs,
        };
        opened.map_or(Passage::Dropped, |()| Passage::Instead(&self.packet))
    }

    fn open_voice<'n>(
        &mut self,
        now: Duration,
        voice: &VoiceData<'_>,
        sealed: &SealedVoice<'_>,
        name_of: &impl Fn(ClientId) -> Option<&'n str>,
    ) -> Option<()> {
        let mut frame = core::mem::take(&mut self.sealed);
        frame.clear();
        let opened = self.open_frame(now, name_of(voice.sender)?, sealed, &mut frame);
        let opened = opened.ok().and_then(|()| {
            let voice = VoiceData { frame: &frame, ..*voice };
            write(&Packet::VoiceData(voice), &mut self.packet)
        });
        self.sealed = frame;
        opened
    }

    fn open_text_packet<'n>(
        &mut self,
        now: Duration,
        text: &TextData<'_>,
        sealed: &str,
        name_of: &impl Fn(ClientId) -> Option<&'n str>,
    ) -> Option<()> {
        let name = name_of(text.sender)?;
        let plain = self.open_text(now, name, sealed).ok()?;
        let text = TextData { text: Some(WireStr::from_bytes(&plain)), ..*text };
        write(&Packet::TextData(text), &mut self.packet)
    }

    /// Passes a packet without encryption if one of its rooms is not encrypted, or its sender cannot encrypt and the
    /// session allows that.
    fn let_plain_in<'n>(
        &mut self,
        packet: &Packet<'_>,
        sender: ClientId,
        name_of: &impl Fn(ClientId) -> Option<&'n str>,
    ) -> Passage<'static> {
        let rooms = recipients(packet).filter_map(|recipient| match recipient {
            Withheld::Room(room) => Some(room),
            Withheld::Player(_) => None,
        });
        let is_allowed = self.accepts_plain(name_of(sender), rooms);
        let counter =
            if is_allowed { &mut self.counts.received_plain } else { &mut self.counts.refused_plain };
        *counter += 1;
        if is_allowed { Passage::AsIs } else { Passage::Dropped }
    }

    fn is_plain<'n>(&mut self, recipient: Withheld, name_of: &impl Fn(ClientId) -> Option<&'n str>) -> bool {
        match recipient {
            Withheld::Room(room) => self.is_plain_room(room),
            Withheld::Player(id) => name_of(id).is_some_and(|name| self.is_plain_player(name)),
        }
    }
}

fn recipients<'a>(packet: &Packet<'a>) -> impl Iterator<Item = Withheld> + use<'a> {
    let (voice, text) = match packet {
        Packet::VoiceData(voice) => (Some(voice.channels), None),
        Packet::TextData(text) => (None, Some(text.recipient)),
        _ => (None, None),
    };
    let channels = voice.into_iter().flatten().map(|channel| match channel.bits.kind() {
        ChannelKind::Room => Withheld::Room(channel.recipient),
        ChannelKind::Player => Withheld::Player(ClientId(channel.recipient)),
    });
    let recipient = text.into_iter().filter_map(|recipient| match recipient {
        TextRecipient::Room(room) => Some(Withheld::Room(room.0)),
        TextRecipient::Player(player) => Some(Withheld::Player(player)),
        TextRecipient::Unknown { .. } => None,
    });
    channels.chain(recipient)
}

/// Replaces a buffer's content with a packet; `None` if it is too long for a packet.
fn write(packet: &Packet<'_>, buffer: &mut Vec<u8>) -> Option<()> {
    buffer.resize(consonance_wire::limits::PACKET_BYTES_MAX, 0);
    let mut writer = Writer::new(buffer);
    packet.write_to(&mut writer).ok()?;
    let length = writer.len();
    buffer.truncate(length);
    Some(())
}
