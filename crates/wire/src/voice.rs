//! `VoiceData`: one encoded frame, and the channels it is spoken on.

use crate::{
    ChannelBits, ChannelKind, ClientId, List, ListItem, MessageType, Packet, PacketHeader, ParseError,
    Reader, RoomId, SessionId, VoiceOptions, WriteError, Writer,
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

    /// The voice packet in a client's packet, alone or inside a relay: its bytes and its contents; `None` if there is
    /// none.
    pub fn in_packet(packet: &'a [u8]) -> Option<(&'a [u8], Self)> {
        let voice = match MessageType::peek(packet).ok()? {
            MessageType::VoiceData => packet,
            MessageType::ServerRelayReliable | MessageType::ServerRelayUnreliable => {
                match Packet::parse(packet).ok()? {
                    Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay) => relay.packet,
                    _ => return None,
                }
            }
            _ => return None,
        };
        match Packet::parse(voice).ok()? {
            Packet::VoiceData(parsed) => Some((voice, parsed)),
            _ => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RemoveClient, ServerRelay};

    const SESSION: SessionId = SessionId(7);

    fn with_written<R>(packet: Packet<'_>, then: impl FnOnce(&[u8]) -> R) -> R {
        let mut buffer = [0; 64];
        let length = packet.write(&mut buffer).unwrap();
        then(&buffer[..length])
    }

    /// Whether voice is found in each of these: the packet alone, and in both kinds of relays.
    fn found(inner: &[u8]) -> [bool; 3] {
        let destinations = [ClientId(1), ClientId(2)];
        let relay = ServerRelay { session: SESSION, destinations: List::from(&destinations), packet: inner };
        let is_found = |packet: &[u8]| VoiceData::in_packet(packet).is_some_and(|(voice, _)| voice == inner);
        [
            is_found(inner),
            with_written(Packet::ServerRelayUnreliable(relay), is_found),
            with_written(Packet::ServerRelayReliable(relay), is_found),
        ]
    }

    #[test]
    fn voice_is_found_on_its_own_and_in_relays_of_both_kinds() {
        let (sender, options, channels) = (ClientId(3), VoiceOptions::new(0), List::from(&[]));
        let voice = VoiceData { session: SESSION, sender, options, sequence: 9, channels, frame: &[1, 2] };
        with_written(Packet::VoiceData(voice), |packet| {
            assert_eq!(VoiceData::in_packet(packet), Some((packet, voice)));
            assert_eq!(found(packet), [true; 3]);
            assert_eq!(found(&packet[..packet.len() - 1]), [false; 3], "cut off");
        });
    }

    #[test]
    fn no_voice_is_found_in_anything_else() {
        let farewell = Packet::RemoveClient(RemoveClient { session: SESSION, id: ClientId(3) });
        assert_eq!(with_written(farewell, found), [false; 3]);
        assert_eq!(found(&[]), [false; 3]);
    }
}
