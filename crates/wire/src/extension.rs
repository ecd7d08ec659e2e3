//! The tagged block that may follow a packet's body.
//!
//! Peers of the original ignore bytes after a body; ours may put more there: a mark, then items, each with a tag, a
//! length and that many bytes. A reader skips unknown tags.

use crate::{ParseError, Reader, WriteError, Writer};

/// The block behind a packet's body.
///
/// It follows a packet that is sent in any case, such as a handshake. Otherwise it follows a packet without effect: an
/// [`ErrorWrongSession`](crate::ErrorWrongSession) that names the session both sides are in. That packet is the
/// shortest of the protocol, a client in the named session ignores it, and a server ignores all of them. Even so, it
/// only goes to peers that announced support for the extension: see [`Capabilities`](crate::Capabilities).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    items: &'a [u8],
}

impl<'a> Extension<'a> {
    /// The two bytes that the block begins with, big-endian.
    pub const MARK: u16 = 0xC05A;

    /// The block, if the bytes behind a body ([`crate::Packet::parse_with_trailing`]) begin with its mark.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(trailing);
        match reader.u16("extension mark") {
            Ok(Self::MARK) => Some(Self { items: reader.rest() }),
            _ => None,
        }
    }

    /// The value of the first item with this tag; `None` if there is none, or `read` does not know it or leaves bytes
    /// unread.
    pub(crate) fn find_item<T>(
        trailing: &'a [u8],
        tag: u8,
        read: impl FnOnce(&mut Reader<'a>) -> Result<Option<T>, ParseError>,
    ) -> Option<T> {
        let (_, bytes) = Self::find(trailing)?.items().find(|&(found, _)| found == tag)?;
        let mut reader = Reader::new(bytes);
        let said = read(&mut reader).ok()??;
        reader.rest().is_empty().then_some(said)
    }

    /// The items in order, up to the first one that is cut off.
    pub const fn items(self) -> ExtensionItems<'a> {
        ExtensionItems { reader: Reader::new(self.items) }
    }
}

/// The items of an [`Extension`]: tag and bytes.
#[derive(Clone, Debug)]
pub struct ExtensionItems<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for ExtensionItems<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.reader;
        match (reader.u8("extension tag"), reader.bytes(ITEM)) {
            (Ok(tag), Ok(bytes)) => {
                self.reader = reader;
                Some((tag, bytes))
            }
            _ => None,
        }
    }
}

/// Writes an [`Extension`] behind a packet that the same writer has just written.
#[derive(Debug)]
pub struct ExtensionWriter<'w, 'b> {
    writer: &'w mut Writer<'b>,
}

impl<'w, 'b> ExtensionWriter<'w, 'b> {
    /// Begins the block with its mark.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`].
    pub fn begin(writer: &'w mut Writer<'b>) -> Result<Self, WriteError> {
        writer.u16(Extension::MARK)?;
        Ok(Self { writer })
    }

    /// Adds an item.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`], or [`WriteError::TooLong`] for more than 65 535 bytes.
    pub fn item(&mut self, tag: u8, bytes: &[u8]) -> Result<(), WriteError> {
        self.writer.u8(tag)?;
        self.writer.bytes(bytes, ITEM)
    }

    /// Begins an item whose `length` bytes the caller writes next.
    pub(crate) fn begin_item(&mut self, tag: u8, length: usize) -> Result<&mut Writer<'b>, WriteError> {
        self.writer.u8(tag)?;
        self.writer.count16(length, ITEM)?;
        Ok(self.writer)
    }
}

const ITEM: &str = "extension item";
