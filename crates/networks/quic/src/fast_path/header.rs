//! The header before the sealed part of a datagram.
//!
//! ```text
//! to the server:  kind (1) · worker (1) · link (4) · counter (8)      to a client:  kind (1) · counter (8)
//! ```
//!
//! Numbers are big-endian. The two highest bits of the first byte are clear, which those of QUIC are not (RFC 9000,
//! section 17: the fixed bit), so both can share a port.

/// The bytes before the sealed part of a datagram to the server.
pub(crate) const TO_SERVER_HEADER_BYTES: usize = 14;

/// The bytes before the sealed part of a datagram to a client.
pub(crate) const TO_CLIENT_HEADER_BYTES: usize = 9;

/// The kind of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One packet; both ways.
    Packet = 0x01,
    /// Several packets, each after its length; to clients that accept them.
    Packets = 0x02,
    /// A client's question whether the path is open.
    Probe = 0x03,
    /// The server's answer to a probe, or to the proof of an address.
    Answer = 0x04,
    /// The server's request for the proof of an address.
    Challenge = 0x05,
    /// A client's proof of its address.
    Response = 0x06,
}

impl Kind {
    fn to_server(byte: u8) -> Option<Self> {
        [Self::Packet, Self::Probe, Self::Response].into_iter().find(|kind| *kind as u8 == byte)
    }

    fn to_client(byte: u8) -> Option<Self> {
        [Self::Packet, Self::Packets, Self::Answer, Self::Challenge]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// The header as a sender writes it; the sealer adds the counter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Header {
    ToServer { kind: Kind, worker: u8, link: u32 },
    ToClient(Kind),
}

impl Header {
    pub(crate) fn write(self, counter: u64, out: &mut Vec<u8>) {
        match self {
            Self::ToServer { kind, worker, link } => {
                out.extend_from_slice(&[kind as u8, worker]);
                out.extend_from_slice(&link.to_be_bytes());
            }
            Self::ToClient(kind) => out.push(kind as u8),
        }
        out.extend_from_slice(&counter.to_be_bytes());
    }
}

/// The header of a datagram to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ToServer {
    pub(crate) kind: Kind,
    pub(crate) worker: u8,
    pub(crate) link: u32,
    pub(crate) counter: u64,
}

impl ToServer {
    pub(crate) fn parse(datagram: &[u8]) -> Option<Self> {
        let header: &[u8; TO_SERVER_HEADER_BYTES] = datagram.first_chunk()?;
        let [kind, worker, l0, l1, l2, l3, counter @ ..] = *header;
        Some(Self {
            kind: Kind::to_server(kind)?,
            worker,
            link: u32::from_be_bytes([l0, l1, l2, l3]),
            counter: u64::from_be_bytes(counter),
        })
    }
}

/// The header of a datagram to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ToClient {
    pub(crate) kind: Kind,
    pub(crate) counter: u64,
}

impl ToClient {
    pub(crate) fn parse(datagram: &[u8]) -> Option<Self> {
        let [kind, counter @ ..] = *datagram.first_chunk::<TO_CLIENT_HEADER_BYTES>()?;
        Some(Self { kind: Kind::to_client(kind)?, counter: u64::from_be_bytes(counter) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_first_byte_is_never_one_of_quic() {
        for byte in 0..=u8::MAX {
            if Kind::to_server(byte).is_some() || Kind::to_client(byte).is_some() {
                assert_eq!(byte & 0xc0, 0, "{byte}");
            }
        }
    }

    #[test]
    fn a_header_cut_anywhere_is_refused() {
        let mut out = Vec::new();
        Header::ToServer { kind: Kind::Packet, worker: 1, link: 2 }.write(3, &mut out);
        assert_eq!(out, [1, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3]);
        for length in 0..out.len() {
            assert_eq!(ToServer::parse(&out[..length]), None);
        }
        out.clear();
        Header::ToClient(Kind::Packets).write(3, &mut out);
        assert_eq!(out, [2, 0, 0, 0, 0, 0, 0, 0, 3]);
        for length in 0..out.len() {
            assert_eq!(ToClient::parse(&out[..length]), None);
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_would_be_written(datagram: Vec<u8>) {
            let mut out = Vec::new();
            if let Some(ToServer { kind, worker, link, counter }) = ToServer::parse(&datagram) {
                Header::ToServer { kind, worker, link }.write(counter, &mut out);
                prop_assert!(datagram.starts_with(&out));
            }
            out.clear();
            if let Some(ToClient { kind, counter }) = ToClient::parse(&datagram) {
                Header::ToClient(kind).write(counter, &mut out);
                prop_assert!(datagram.starts_with(&out));
            }
        }
    }
}
