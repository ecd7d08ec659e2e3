//! A string inside a packet, decoded on request.

use alloc::borrow::Cow;
use core::fmt;

use crate::limits::STRING_BYTES_MAX;
use crate::lossy_utf8::LossyChars;
use crate::{ListItem, ParseError, Reader, WriteError, Writer};

/// A string in a packet: UTF-8 from an honest sender, any bytes otherwise.
///
/// Its validity is checked once, when it is parsed. Text in UTF-16 is converted with
/// [`alloc::string::String::from_utf16_lossy`], which turns each lone surrogate into U+FFFD, as the original's writer
/// does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct WireStr<'a>(Checked<'a>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Checked<'a> {
    Valid(&'a str),
    Invalid(&'a [u8]),
}

impl<'a> WireStr<'a> {
    /// The string with these bytes, which need not be UTF-8.
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        match core::str::from_utf8(bytes) {
            Ok(text) => Self(Checked::Valid(text)),
            Err(_) => Self(Checked::Invalid(bytes)),
        }
    }

    /// The bytes as they are in the packet.
    pub const fn as_bytes(self) -> &'a [u8] {
        match self.0 {
            Checked::Valid(text) => text.as_bytes(),
            Checked::Invalid(bytes) => bytes,
        }
    }

    /// The text if it is valid UTF-8.
    #[doc(hidden)]
    pub const fn as_valid(self) -> Option<&'a str> {
        match self.0 {
            Checked::Valid(text) => Some(text),
            Checked::Invalid(_) => None,
        }
    }

    /// The text, with U+FFFD where it is not valid UTF-8. The number of replacement characters for an invalid sequence
    /// is that of the original, so that both sides see one name.
    pub fn to_str(self) -> Cow<'a, str> {
        match self.0 {
            Checked::Valid(text) => Cow::Borrowed(text),
            Checked::Invalid(_) => Cow::Owned(self.chars().collect()),
        }
    }

    /// The characters of [`WireStr::to_str`], without allocating.
    pub fn chars(self) -> impl Iterator<Item = char> + Clone + use<'a> {
        LossyChars::new(self.as_bytes())
    }

    /// The UTF-16 code units of [`WireStr::to_str`], without allocating: room ids are computed from them.
    pub fn encode_utf16(self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        self.chars().flat_map(|character| {
            let mut units = [0; 2];
            let count = character.encode_utf16(&mut units).len();
            units.into_iter().take(count)
        })
    }
}

impl<'a> From<&'a str> for WireStr<'a> {
    fn from(text: &'a str) -> Self {
        Self(Checked::Valid(text))
    }
}

impl fmt::Display for WireStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_str())
    }
}

impl fmt::Debug for WireStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Checked::Valid(text) => fmt::Debug::fmt(text, f),
            Checked::Invalid(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
        }
    }
}

impl<'a> Reader<'a> {
    /// A string behind its 16-bit length plus one, where 0 means no string at all.
    ///
    /// # Errors
    /// As [`Reader::u8`].
    pub fn string(&mut self, what: &'static str) -> Result<Option<WireStr<'a>>, ParseError> {
        match self.u16(what)?.checked_sub(1) {
            None => Ok(None),
            Some(length) => Ok(Some(WireStr::from_bytes(self.take(usize::from(length), what)?))),
        }
    }
}

impl Writer<'_> {
    /// A string behind its 16-bit length plus one, or 0 for none.
    ///
    /// # Errors
    /// As [`Writer::u8`], and [`WriteError::TooLong`] for more than [`STRING_BYTES_MAX`].
    pub fn string(&mut self, string: Option<WireStr<'_>>, what: &'static str) -> Result<(), WriteError> {
        let Some(string) = string else { return self.u16(0) };
        let bytes = string.as_bytes();
        if bytes.len() > STRING_BYTES_MAX {
            return Err(WriteError::TooLong { what, bytes: bytes.len(), limit: STRING_BYTES_MAX });
        }
        self.u16(bytes.len() as u16 + 1)?;
        self.put(bytes)
    }
}

impl<'a> ListItem<'a> for Option<WireStr<'a>> {
    fn read(reader: &mut Reader<'a>, what: &'static str) -> Result<Self, ParseError> {
        reader.string(what)
    }

    fn write(self, writer: &mut Writer<'_>, what: &'static str) -> Result<(), WriteError> {
        writer.string(self, what)
    }
}
