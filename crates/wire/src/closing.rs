//! The closing of a server: the fate of the session, and the server that a client moves to.
//!
//! It is carried as [`Extension`] says, reliably, to a client that has announced
//! [`Capabilities::HAND_OVER`](crate::Capabilities).

use crate::limits::ONWARD_ADDRESS_BYTES_MAX;
use crate::{
    ErrorWrongSession, Extension, ExtensionWriter, ParseError, Reader, SessionId, WriteError, Writer,
};

/// A message to the clients of a server that is closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closing<'a> {
    /// The session ends without a successor.
    Ends {
        /// The delay in ms from now.
        in_ms: u32,
    },
    /// The session ends, and another server takes over its clients.
    Moves {
        /// The delay in ms from now until it ends.
        in_ms: u32,
        /// The delay in ms from now until this client leaves: it differs per client, so that not all connect at once.
        leave_in_ms: u32,
        /// The address of the other server in the network's own format, 1 to
        /// [`ONWARD_ADDRESS_BYTES_MAX`](crate::limits::ONWARD_ADDRESS_BYTES_MAX) bytes.
        address: &'a str,
    },
    /// The session continues in another process at the same address, which knows all players; the link is closed after
    /// this.
    Restarts {
        /// The delay in ms before reconnecting. The server is not up earlier, and each client gets a different delay.
        come_back_in_ms: u32,
    },
    /// The closing is cancelled.
    Stays,
}

impl<'a> Closing<'a> {
    /// The message behind an [`ErrorWrongSession`]; `None` if there is none, or its kind is unknown.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        let (_, bytes) = Extension::find(trailing)?.items().find(|&(tag, _)| tag == CLOSING)?;
        read(&mut Reader::new(bytes)).ok()?
    }

    /// Writes the whole packet: the [`ErrorWrongSession`] and the extension after it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`].
    pub fn write(&self, session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        ErrorWrongSession { session }.write(writer)?;
        let mut block = ExtensionWriter::begin(writer)?;
        match *self {
            Self::Ends { in_ms } => {
                let item = block.begin_item(CLOSING, 1 + 4)?;
                item.u8(ENDS)?;
                item.u32(in_ms)
            }
            Self::Moves { in_ms, leave_in_ms, address } => {
                let item = block.begin_item(CLOSING, 1 + 4 + 4 + address.len())?;
                item.u8(MOVES)?;
                item.u32(in_ms)?;
                item.u32(leave_in_ms)?;
                item.put(address.as_bytes())
            }
            Self::Restarts { come_back_in_ms } => {
                let item = block.begin_item(CLOSING, 1 + 4)?;
                item.u8(RESTARTS)?;
                item.u32(come_back_in_ms)
            }
            Self::Stays => block.begin_item(CLOSING, 1)?.u8(STAYS),
        }
    }
}

/// `u8` kind, then what that kind says. (Tags up to 10 stand behind handshakes, in reports, positions and notices.)
const CLOSING: u8 = 11;

const ENDS: u8 = 0;
const MOVES: u8 = 1;
const RESTARTS: u8 = 2;
const STAYS: u8 = 3;

const WHAT: &str = "closing";

/// `None` for an unknown kind, and for an invalid address.
fn read<'a>(reader: &mut Reader<'a>) -> Result<Option<Closing<'a>>, ParseError> {
    Ok(match reader.u8(WHAT)? {
        ENDS => Some(Closing::Ends { in_ms: reader.u32(WHAT)? }),
        MOVES => {
            let (in_ms, leave_in_ms) = (reader.u32(WHAT)?, reader.u32(WHAT)?);
            let address = core::str::from_utf8(reader.rest()).ok();
            let address = address.filter(|text| (1..=ONWARD_ADDRESS_BYTES_MAX).contains(&text.len()));
            address.map(|address| Closing::Moves { in_ms, leave_in_ms, address })
        }
        RESTARTS => Some(Closing::Restarts { come_back_in_ms: reader.u32(WHAT)? }),
        STAYS => Some(Closing::Stays),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::written;

    const SESSION: SessionId = SessionId(0x1234_5678);

    #[test]
    fn what_is_written_is_found_and_nothing_that_is_cut_off() {
        let address = "quic://voice.example.org:7777/main";
        for closing in [
            Closing::Ends { in_ms: 60_000 },
            Closing::Moves { in_ms: 60_000, leave_in_ms: 1234, address },
            Closing::Restarts { come_back_in_ms: u32::MAX },
            Closing::Stays,
        ] {
            let bytes = written(|writer| closing.write(SESSION, writer));
            assert_eq!(Closing::find(&bytes[7..]), Some(closing));
            for length in 7..bytes.len() {
                assert_eq!(Closing::find(&bytes[7..length]), None, "{closing:?} of {length} bytes");
            }
        }
    }

    #[test]
    fn a_closing_is_a_packet_a_mark_and_one_item() {
        let closing = Closing::Moves { in_ms: 0x0102_0304, leave_in_ms: 7, address: "q" };
        let expected = [
            &[0x8b, 0xc7, 6, 0x12, 0x34, 0x56, 0x78, 0xc0, 0x5a][..],
            &[11, 0, 10, 1, 1, 2, 3, 4, 0, 0, 0, 7, b'q'],
        ];
        assert_eq!(written(|writer| closing.write(SESSION, writer)), expected.concat());
    }

    #[test]
    fn addresses_that_are_none_and_kinds_that_are_not_known_say_nothing() {
        let long = [&[1, 0, 0, 0, 9, 0, 0, 0, 1][..], &[b'x'; ONWARD_ADDRESS_BYTES_MAX + 1]].concat();
        for item in
            [&[9, 1, 2][..], &[], &[1, 0, 0, 0, 9, 0, 0, 0, 1], &[1, 0, 0, 0, 9, 0, 0, 0, 1, 0xff], &long]
        {
            let mut buffer = [0; 1024];
            let mut writer = Writer::new(&mut buffer);
            ExtensionWriter::begin(&mut writer).unwrap().item(CLOSING, item).unwrap();
            assert_eq!(Closing::find(writer.written()), None, "{item:?}");
        }
        assert_eq!(Closing::find(&[]), None);
    }
}
