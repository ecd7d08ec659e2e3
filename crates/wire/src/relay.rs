//! `ServerRelay`: a packet for other clients, wrapped for the server; and the split of too long a list.
//!
//! The destination count is one byte. Originals before 9.0.5 list more than 255 destinations all the same and write the
//! count modulo 256, so the byte alone does not say where the list ends: see [`ServerRelay::parse_body`].

use crate::limits::{RELAY_DESTINATIONS_MAX, RELAY_OVERHEAD_BYTES};
use crate::{
    ClientId, List, MAGIC, MessageType, PacketHeader, ParseError, Reader, SessionId, WriteError, Writer,
};

/// A whole packet, header included, that the server is to pass on to each of the destinations. Only the message type
/// tells whether it is passed on reliably.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerRelay<'a> {
    /// The session.
    pub session: SessionId,
    /// The clients to pass it on to: 255 at most in a relay that is written, more in one parsed from an original
    /// before 9.0.5.
    pub destinations: List<'a, ClientId>,
    /// The packet to pass on, not parsed here.
    pub packet: &'a [u8],
}

impl<'a> ServerRelay<'a> {
    /// The number of destinations that fit into one relay around a packet of `inner_len` bytes, if the relay may have
    /// `packet_limit` bytes. At most 255, and 0 if the packet is too long for even one.
    pub const fn max_destinations(inner_len: usize, packet_limit: usize) -> usize {
        let room = packet_limit.saturating_sub(RELAY_OVERHEAD_BYTES).saturating_sub(inner_len) / 2;
        if room < RELAY_DESTINATIONS_MAX { room } else { RELAY_DESTINATIONS_MAX }
    }

    /// The total size in bytes of the relays that [together](Self::split) reach this many destinations with a packet
    /// of `inner_len` bytes, if each may have `packet_limit`. `usize::MAX` if the packet is too long for one
    /// destination.
    pub const fn bytes_to_reach(destinations: usize, inner_len: usize, packet_limit: usize) -> usize {
        let most = Self::max_destinations(inner_len, packet_limit);
        if destinations == 0 {
            0
        } else if most == 0 {
            usize::MAX
        } else {
            let relays = destinations.div_ceil(most);
            relays * (RELAY_OVERHEAD_BYTES + inner_len) + 2 * destinations
        }
    }

    /// The fewest relays of at most `packet_limit` bytes that reach all destinations, in their order.
    /// No destinations give no relay.
    ///
    /// # Errors
    /// [`WriteError::TooLong`] if not even one destination fits beside the packet.
    pub fn split(
        session: SessionId,
        destinations: &'a [ClientId],
        packet: &'a [u8],
        packet_limit: usize,
    ) -> Result<impl ExactSizeIterator<Item = Self> + use<'a>, WriteError> {
        let most = Self::max_destinations(packet.len(), packet_limit);
        if most == 0 {
            let limit = packet_limit.saturating_sub(RELAY_OVERHEAD_BYTES + 2);
            return Err(WriteError::TooLong { what: PACKET, bytes: packet.len(), limit });
        }
        let parts = destinations.chunks(most);
        Ok(parts.map(move |part| Self { session, destinations: part.into(), packet }))
    }

    /// Parses what follows the header; also returns the bytes behind the body.
    ///
    /// The number of destinations is the count byte, or the count byte plus the smallest multiple of 256 with which
    /// ids, length and an inner packet of this session fill the body exactly. Only a body of at least 522 bytes is
    /// tried with other numbers, and only if its count byte does not fit exactly. One that fits no number is read by
    /// its count byte.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] if no number fits.
    #[inline]
    pub fn parse_body(session: SessionId, body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let plain = Self::parse_counted(session, body);
        if body.len() < WRAPPED_BODY_BYTES_MIN {
            return plain;
        }
        match plain {
            Ok((relay, [])) if relay.has_inner_header() => plain,
            _ => Self::parse_wrapped(session, body).map_or(plain, |relay| Ok((relay, &[]))),
        }
    }

    /// Takes the count byte as it is.
    #[inline]
    fn parse_counted(session: SessionId, body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let mut reader = Reader::new(body);
        let destinations = reader.list8(DESTINATIONS)?;
        let packet = reader.bytes(PACKET)?;
        Ok((Self { session, destinations, packet }, reader.rest()))
    }

    /// Takes the count byte modulo 256. Each attempt looks at one length field and seven bytes, and there is one for
    /// each 512 bytes of the body.
    #[cold]
    fn parse_wrapped(session: SessionId, body: &'a [u8]) -> Option<Self> {
        let (&count, rest) = body.split_first()?;
        let counts = (u16::from(count)..=u16::MAX).step_by(COUNT_MODULUS).skip(1);
        let relays = counts.map_while(|count| {
            let mut reader = Reader::new(rest);
            let destinations = List::read(&mut reader, count, DESTINATIONS).ok()?;
            // If bytes are missing here, they are missing for every greater count, too.
            let length = reader.u16(PACKET).ok()?;
            Some((Self { session, destinations, packet: reader.rest() }, length))
        });
        let mut fitting = relays.filter(|(relay, length)| relay.packet.len() == usize::from(*length));
        fitting.find(|(relay, _)| relay.has_inner_header()).map(|(relay, _)| relay)
    }

    /// Whether the inner packet begins as a packet of this session does.
    #[inline]
    fn has_inner_header(&self) -> bool {
        let [m0, m1, _, s0, s1, s2, s3, ..] = *self.packet else { return false };
        u16::from_be_bytes([m0, m1]) == MAGIC && u32::from_be_bytes([s0, s1, s2, s3]) == self.session.0
    }

    /// Writes the relay, header included, to be passed on reliably.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub(crate) fn write_reliable(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        self.write(MessageType::ServerRelayReliable, writer)
    }

    /// Writes the relay, header included, to be passed on unreliably.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub(crate) fn write_unreliable(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        self.write(MessageType::ServerRelayUnreliable, writer)
    }

    fn write(&self, message: MessageType, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        PacketHeader::write(message, self.session, writer)?;
        writer.count8(self.destinations.len(), DESTINATIONS)?;
        self.destinations.write(writer, DESTINATIONS)?;
        writer.bytes(self.packet, PACKET)
    }
}

/// The modulus that a destination count is reduced by when it is written as one byte.
const COUNT_MODULUS: usize = 1 << u8::BITS;

/// A body with a wrapped count has 256 destinations at least: count, ids, length, and the header of the inner packet.
const WRAPPED_BODY_BYTES_MIN: usize = 1 + 2 * COUNT_MODULUS + 2 + 7;

const DESTINATIONS: &str = "relay destinations";
const PACKET: &str = "relayed packet";
