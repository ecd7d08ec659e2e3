//! The format of voice in a game's messages.

use consonance_settings::SettingChoice;

use crate::darkrift::voice::DarkRiftMessage;

/// The layout of a voice packet in a message's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// The body is the packet (`WriteRaw`).
    #[default]
    Raw,
    /// Its length comes first, in four bytes, big-endian (`Write(byte[])`).
    Prefixed,
    /// The same, little-endian.
    PrefixedLittleEndian,
}

impl SettingChoice for Layout {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("raw", Self::Raw),
        ("prefixed", Self::Prefixed),
        ("prefixed-little-endian", Self::PrefixedLittleEndian),
    ];
}

/// The tag and the layout of voice messages, for recognizing and writing them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceDialect {
    /// The tag of its messages.
    pub tag: u16,
    /// The layout of the packet in the body.
    pub layout: Layout,
}

impl VoiceDialect {
    /// The dialect of a message that carries a handshake, the first voice packet of each client. Hardly anything else
    /// looks like one: a handshake starts with two magic bytes, and the third is its type.
    pub fn learn(message: &DarkRiftMessage<'_>) -> Option<Self> {
        if message.is_command {
            return None;
        }
        let layouts = [Layout::Raw, Layout::Prefixed, Layout::PrefixedLittleEndian];
        let layout = layouts.into_iter().find(|layout| {
            layout.packet(message.body).is_some_and(|packet| packet.starts_with(&HANDSHAKE_REQUEST))
        })?;
        Some(Self { tag: message.tag, layout })
    }

    /// The voice packet in a message, if it is one of voice.
    pub fn voice_packet<'a>(&self, message: &DarkRiftMessage<'a>) -> Option<&'a [u8]> {
        if message.is_command || message.tag != self.tag {
            return None;
        }
        self.layout.packet(message.body)
    }

    /// Appends the message that carries a voice packet.
    pub fn write(&self, packet: &[u8], bytes: &mut Vec<u8>) {
        DarkRiftMessage { is_command: false, tag: self.tag, ping: None, body: &[] }.write(bytes);
        let length = packet.len() as u32;
        match self.layout {
            Layout::Raw => {}
            Layout::Prefixed => bytes.extend_from_slice(&length.to_be_bytes()),
            Layout::PrefixedLittleEndian => bytes.extend_from_slice(&length.to_le_bytes()),
        }
        bytes.extend_from_slice(packet);
    }
}

impl Layout {
    /// The number of bytes before the packet.
    pub(crate) fn prefix_bytes(self) -> usize {
        match self {
            Self::Raw => 0,
            Self::Prefixed | Self::PrefixedLittleEndian => 4,
        }
    }

    fn packet(self, body: &[u8]) -> Option<&[u8]> {
        let read_length = match self {
            Self::Raw => return Some(body),
            Self::Prefixed => u32::from_be_bytes,
            Self::PrefixedLittleEndian => u32::from_le_bytes,
        };
        let (length, packet) = body.split_first_chunk()?;
        (read_length(*length) as usize == packet.len()).then_some(packet)
    }
}

/// The first bytes of every voice packet.
pub(crate) const MAGIC: [u8; 2] = [0x8B, 0xC7];
/// The beginning of a `HandshakeRequest`.
const HANDSHAKE_REQUEST: [u8; 3] = [0x8B, 0xC7, 4];
