//! The server's reason for ending a link, for networks whose own close cannot carry it.
//!
//! It is carried as [`Extension`] describes, reliably and just before the close, to a client that has announced
//! [`Capabilities::END_REASONS`](crate::Capabilities), whether it has joined or not.

use crate::limits::END_NOTICE_BYTES_MAX;
use crate::{ErrorWrongSession, Extension, ExtensionWriter, SessionId, WriteError, Writer};

/// The reason for closing the link, which follows at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndNotice<'a> {
    /// The reason as `docs/end-reasons.md` encodes it: 1 to
    /// [`END_NOTICE_BYTES_MAX`](crate::limits::END_NOTICE_BYTES_MAX) bytes. This crate does not interpret it.
    pub reason: &'a str,
}

impl<'a> EndNotice<'a> {
    /// The notice behind an [`ErrorWrongSession`]; `None` if there is none.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        let (_, bytes) = Extension::find(trailing)?.items().find(|&(tag, _)| tag == END_NOTICE)?;
        let reason = core::str::from_utf8(bytes).ok()?;
        (1..=END_NOTICE_BYTES_MAX).contains(&reason.len()).then_some(Self { reason })
    }

    /// Writes the whole packet: the [`ErrorWrongSession`] and the extension after it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`].
    pub fn write(&self, session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        ErrorWrongSession { session }.write(writer)?;
        ExtensionWriter::begin(writer)?.item(END_NOTICE, self.reason.as_bytes())
    }
}

/// UTF-8 up to the end of the item.
const END_NOTICE: u8 = 13;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::written;

    const SESSION: SessionId = SessionId(0x1234_5678);

    #[test]
    fn an_end_notice_is_a_packet_a_mark_and_one_item() {
        let notice = EndNotice { reason: "(full-session)" };
        let expected =
            [&[0x8b, 0xc7, 6, 0x12, 0x34, 0x56, 0x78, 0xc0, 0x5a, 13, 0, 14][..], b"(full-session)"];
        assert_eq!(written(|writer| notice.write(SESSION, writer)), expected.concat());
    }

    #[test]
    fn what_is_written_is_found_and_nothing_that_is_cut_off() {
        let notice = EndNotice { reason: "(banned until=2000000000) no" };
        let bytes = written(|writer| notice.write(SESSION, writer));
        assert_eq!(EndNotice::find(&bytes[7..]), Some(notice));
        for length in 7..bytes.len() {
            assert_eq!(EndNotice::find(&bytes[7..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn what_is_no_text_or_none_or_too_long_is_not_a_reason() {
        for item in [&[][..], &[0xff], &[b'x'; END_NOTICE_BYTES_MAX + 1]] {
            let mut buffer = [0; 1024];
            let mut writer = Writer::new(&mut buffer);
            ExtensionWriter::begin(&mut writer).unwrap().item(END_NOTICE, item).unwrap();
            assert_eq!(EndNotice::find(writer.written()), None, "{item:?}");
        }
    }
}
