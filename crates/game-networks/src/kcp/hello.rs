//! The hello of a client, and the rejection of a client.

use crate::kcp::Generation;
use crate::kcp::generation::{DATAGRAM_BYTES_MAX, RELIABLE, opcode};
use crate::kcp::segment::{Command, Segment, Segments};

/// The content of a client's first datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hello<'a> {
    /// G4 may also mean G3: their hellos are the same.
    pub(crate) generation: Generation,
    /// The client's cookie, in G2.
    pub(crate) cookie: u32,
    /// The datagram's segments: there may be more than the hello.
    pub(crate) segments: &'a [u8],
}

impl<'a> Hello<'a> {
    pub(crate) fn parse(datagram: &'a [u8]) -> Option<Self> {
        if datagram.len() > DATAGRAM_BYTES_MAX {
            return None;
        }
        let (_, behind_channel) = datagram.split_first().filter(|(channel, _)| **channel == RELIABLE)?;
        if hello_in(behind_channel).is_some_and(<[u8]>::is_empty) {
            return Some(Self { generation: Generation::G1, cookie: 0, segments: behind_channel });
        }
        let (_, segments) =
            behind_channel.split_first_chunk::<4>().filter(|(cookie, _)| **cookie == [0; 4])?;
        let body = hello_in(segments)?;
        match <[u8; 4]>::try_from(body) {
            Ok(cookie) => {
                Some(Self { generation: Generation::G2, cookie: u32::from_le_bytes(cookie), segments })
            }
            Err(_) => body.is_empty().then_some(Self { generation: Generation::G4, cookie: 0, segments }),
        }
    }

    /// Writes the datagram that makes a client of this generation give up before it is connected: a message that no
    /// generation expects there. It is not larger than the hello.
    pub(crate) fn refuse(&self, out: &mut Vec<u8>) {
        out.push(RELIABLE);
        if self.generation.has_cookies() {
            let cookie = if self.generation == Generation::G2 { self.cookie } else { 1 };
            out.extend_from_slice(&cookie.to_le_bytes());
        }
        Segment {
            command: Command::Push,
            fragments_after: 0,
            window: 1,
            time_ms: 0,
            number: 0,
            expected: 1,
            payload: &[opcode::GOODBYE_OR_PONG],
        }
        .write(out);
    }
}

/// The bytes after the opcode of the hello among these segments.
fn hello_in(segments: &[u8]) -> Option<&[u8]> {
    let is_first = |segment: &Segment<'_>| {
        segment.command == Command::Push && segment.number == 0 && segment.fragments_after == 0
    };
    let payload = Segments::new(segments).find(is_first)?.payload;
    payload.split_first().filter(|(opcode, _)| **opcode == opcode::HELLO).map(|(_, body)| body)
}
