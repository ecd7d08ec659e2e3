//! `ServerRelay`: a packet for other clients, wrapped for the server; and the split of too long a list.

use crate::limits::{RELAY_DESTINATIONS_MAX, RELAY_OVERHEAD_BYTES};
use crate::{ClientId, Header, List, MessageType, ParseError, Reader, SessionId, WriteError, Writer};

/// A whole packet, header included, that the server shall pass on to each of the destinations.
/// Whether reliably or not is in the message type alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerRelay<'a> {
    /// The session.
    pub session: SessionId,
    /// The clients to pass it on to, 255 at most.
    pub destinations: List<'a, ClientId>,
    /// The packet to pass on, not looked at here.
    pub packet: &'a [u8],
}

impl<'a> ServerRelay<'a> {
    /// How many destinations fit into one relay around a packet of `inner_len` bytes, if the relay may have
    /// `packet_limit` bytes. At most 255, and 0 if the packet is too long for even one.
    pub const fn max_destinations(inner_len: usize, packet_limit: usize) -> usize {
        let room = packet_limit.saturating_sub(RELAY_OVERHEAD_BYTES).saturating_sub(inner_len) / 2;
        if room < RELAY_DESTINATIONS_MAX { room } else { RELAY_DESTINATIONS_MAX }
    }

    /// How many bytes the relays have [together](Self::split) that reach so many destinations with a packet of
    /// `inner_len` bytes, if each may have `packet_limit`. More than anything if the packet is too long for one
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
    /// # Errors
    /// [`ParseError::Truncated`].
    #[inline]
    pub fn parse_body(session: SessionId, body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let mut reader = Reader::new(body);
        let destinations = reader.list8(DESTINATIONS)?;
        let packet = reader.bytes(PACKET)?;
        Ok((Self { session, destinations, packet }, reader.rest()))
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
        Header::write(message, self.session, writer)?;
        writer.count8(self.destinations.len(), DESTINATIONS)?;
        self.destinations.write(writer, DESTINATIONS)?;
        writer.bytes(self.packet, PACKET)
    }
}

const DESTINATIONS: &str = "relay destinations";
const PACKET: &str = "relayed packet";
