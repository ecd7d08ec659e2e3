//! The servers that share a session: a client returns to one of them when its own is lost.
//!
//! It is carried as [`Extension`] describes, reliably, to a client that has announced
//! [`Capabilities::SERVER_LIST`](crate::Capabilities).

use crate::limits::{SERVER_BYTES_MAX, SERVERS_MAX};
use crate::{
    ErrorWrongSession, Extension, ExtensionWriter, ParseError, Reader, SessionId, WriteError, Writer,
};

/// The addresses of all servers of a cluster, including the sender, in the order in which they are to be tried. Each
/// list replaces the previous one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerList<'a> {
    /// Each item is a length and that many bytes of valid UTF-8.
    items: &'a [u8],
}

impl<'a> ServerList<'a> {
    /// The list behind an [`ErrorWrongSession`]; `None` if there is none, or one with more than
    /// [`SERVERS_MAX`](crate::limits::SERVERS_MAX) addresses, an empty one, or one that is not UTF-8.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        let (_, items) = Extension::find(trailing)?.items().find(|&(tag, _)| tag == SERVERS)?;
        let mut reader = Reader::new(items);
        let mut count = 0;
        while let Some(address) = next_address(&mut reader).ok()? {
            count += 1;
            if address.is_empty() || count > SERVERS_MAX {
                return None;
            }
        }
        Some(Self { items })
    }

    /// The addresses in the network's own format: host and port without a session, such as `voice-1.example.org:7777`
    /// or `[2001:db8::1]:7777`.
    pub fn addresses(self) -> impl Iterator<Item = &'a str> {
        let mut reader = Reader::new(self.items);
        core::iter::from_fn(move || next_address(&mut reader).ok().flatten())
    }

    /// The number of bytes that [`write`](Self::write) takes for one address.
    pub const fn item_bytes(address: &str) -> usize {
        1 + address.len()
    }

    /// The number of bytes that [`write`](Self::write) takes besides those of the addresses.
    pub const OVERHEAD_BYTES: usize = 7 + 2 + 3;

    /// Writes the whole packet: the [`ErrorWrongSession`] and the extension after it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`], [`WriteError::TooManyItems`] for more than
    /// [`SERVERS_MAX`](crate::limits::SERVERS_MAX) addresses, or [`WriteError::TooLong`] for one of more than
    /// [`SERVER_BYTES_MAX`](crate::limits::SERVER_BYTES_MAX) bytes.
    pub fn write(addresses: &[&str], session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        let count = addresses.len();
        if count > SERVERS_MAX {
            return Err(WriteError::TooManyItems { what: "server addresses", count, limit: SERVERS_MAX });
        }
        ErrorWrongSession { session }.write(writer)?;
        let mut block = ExtensionWriter::begin(writer)?;
        let bytes = addresses.iter().map(|address| Self::item_bytes(address)).sum();
        let item = block.begin_item(SERVERS, bytes)?;
        for address in addresses {
            let bytes = address.len();
            let too_long = WriteError::TooLong { what: WHAT, bytes, limit: SERVER_BYTES_MAX };
            item.u8(u8::try_from(bytes).map_err(|_| too_long)?)?;
            item.put(address.as_bytes())?;
        }
        Ok(())
    }
}

/// Up to the end of the item: `u8` length, and that many bytes of UTF-8.
const SERVERS: u8 = 14;
const WHAT: &str = "server address";

/// `None` at the end.
fn next_address<'a>(reader: &mut Reader<'a>) -> Result<Option<&'a str>, ParseError> {
    if reader.rest().is_empty() {
        return Ok(None);
    }
    let length = reader.u8(WHAT)?;
    let bytes = reader.take(usize::from(length), WHAT)?;
    core::str::from_utf8(bytes).map(Some).map_err(|_| ParseError::Missing { what: WHAT })
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;
    use crate::cursor::written;

    const SESSION: SessionId = SessionId(0x1234_5678);

    fn list(addresses: &[&str]) -> Vec<u8> {
        written(|writer| ServerList::write(addresses, SESSION, writer))
    }

    fn found(bytes: &[u8]) -> Option<Vec<&str>> {
        ServerList::find(bytes).map(|list| list.addresses().collect())
    }

    #[test]
    fn what_is_written_is_found_in_order_and_nothing_that_is_cut_off() {
        let most = ["voice.example.org:7777"; SERVERS_MAX];
        for addresses in [&[][..], &["192.0.2.1:7777"], &["b:1", "a:2", "[2001:db8::1]:3"], &most] {
            let bytes = list(addresses);
            assert_eq!(found(&bytes[7..]).as_deref(), Some(addresses));
            let length: usize = addresses.iter().map(|address| ServerList::item_bytes(address)).sum();
            assert_eq!(bytes.len(), ServerList::OVERHEAD_BYTES + length);
            for length in 7..bytes.len() {
                assert_eq!(found(&bytes[7..length]), None, "{addresses:?} of {length} bytes");
            }
        }
    }

    #[test]
    fn a_list_is_a_packet_a_mark_and_one_item() {
        let expected = [
            &[0x8b, 0xc7, 6, 0x12, 0x34, 0x56, 0x78, 0xc0, 0x5a][..],
            &[14, 0, 8, 3, b'a', b':', b'1', 3, b'b', b':', b'2'],
        ];
        assert_eq!(list(&["a:1", "b:2"]), expected.concat());
    }

    #[test]
    fn lists_that_are_none_say_nothing() {
        let too_many = [1, b'a'].repeat(SERVERS_MAX + 1);
        for item in [&[0][..], &[1, b'a', 0], &[1, 0xff], &[2, b'a'], &too_many] {
            let mut buffer = [0; 1024];
            let mut writer = Writer::new(&mut buffer);
            ExtensionWriter::begin(&mut writer).unwrap().item(SERVERS, item).unwrap();
            assert_eq!(found(writer.written()), None, "{item:?}");
        }
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn too_many_addresses_and_too_long_ones_are_not_written() {
        let mut buffer = [0; 1024];
        let mut write = |addresses: &[&str]| {
            ServerList::write(addresses, SESSION, &mut Writer::new(&mut buffer)).map_err(|error| error.code())
        };
        let long = String::from_utf8(alloc::vec![b'a'; SERVER_BYTES_MAX + 1]).unwrap();
        assert_eq!(write(&[&long[1..]]), Ok(()));
        assert_eq!(write(&[&long]), Err("too-long"));
        assert_eq!(write(&["a:1"; SERVERS_MAX + 1]), Err("too-many-items"));
    }
}
