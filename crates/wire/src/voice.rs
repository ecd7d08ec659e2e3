//! `VoiceData`: one encoded frame, and the channels it is spoken on.

use crate::{
    ChannelBits, ChannelKind, ClientId, List, ListItem, MessageType, PacketHeader, ParseError, Reader,
    RoomId, SessionId, VoiceOptions, WriteError, Writer,
};

/// One encoded frame of one speaker. Every listener gets the same packet with the full channel list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceData<'a> {
    /// The session.
    pub session: SessionId,
    /// The speaker.
    pub sender: ClientId,
    /// The channel session: one stretch of speech from its first open channel to its last.
    pub options: VoiceOptions,
    /// Counts the speaker's packets, wrapping.
    pub sequence: u16,
    /// The channels this frame is spoken on.
    pub channels: List<'a, VoiceChannel>,
    /// The frame as the speaker's codec made it.
    pub frame: &'a [u8],
}

impl<'a> VoiceData<'a> {
    /// Parses what follows the header; also returns the bytes behind the body.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    #[inline]
    pub fn parse_body(session: SessionId, body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let mut reader = Reader::new(body);
        let voice = Self {
            session,
            sender: ClientId(reader.u16("sender id")?),
            options: VoiceOptions(reader.u8("voice options")?),
            sequence: reader.u16("sequence number")?,
            channels: reader.list16(CHANNELS)?,
            frame: reader.bytes(FRAME)?,
        };
        Ok((voice, reader.rest()))
    }

    /// Writes the packet, header included.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        PacketHeader::write(MessageType::VoiceData, self.session, writer)?;
        writer.u16(self.sender.0)?;
        writer.u8(self.options.0)?;
        writer.u16(self.sequence)?;
        writer.count16(self.channels.len(), CHANNELS)?;
        self.channels.write(writer, CHANNELS)?;
        writer.bytes(self.frame, FRAME)
    }
}

/// One channel that a frame is spoken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VoiceChannel {
    /// Kind and properties.
    pub bits: ChannelBits,
    /// A [`crate::RoomId`] or a [`ClientId`], as the kind says.
    pub recipient: u16,
}

impl VoiceChannel {
    /// Whether it leads to the room whose voice is sent even without listeners: [`RoomId::ALWAYS_SEND`].
    pub fn is_always_sent(&self) -> bool {
        self.bits.kind() == ChannelKind::Room && RoomId(self.recipient) == RoomId::ALWAYS_SEND
    }
}

impl<'a> ListItem<'a> for VoiceChannel {
    #[inline]
    fn read(reader: &mut Reader<'a>, what: &'static str) -> Result<Self, ParseError> {
        Ok(Self { bits: ChannelBits(reader.u16(what)?), recipient: reader.u16(what)? })
    }

    #[inline]
    fn write(self, writer: &mut Writer<'_>, _: &'static str) -> Result<(), WriteError> {
        writer.u16(self.bits.0)?;
        writer.u16(self.recipient)
    }

    #[inline]
    fn skip(reader: &mut Reader<'a>, count: u16, what: &'static str) -> Result<(), ParseError> {
        reader.take(4 * usize::from(count), what).map(drop)
    }
}

const CHANNELS: &str = "channels";
const FRAME: &str = "voice frame";
