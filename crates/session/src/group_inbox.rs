//! The parts of a group message, put together again.

use alloc::vec::Vec;

use consonance_wire::GroupPart;

/// A message that is not whole yet.
#[derive(Debug, Default)]
pub(crate) struct GroupInbox {
    /// None if no message has begun, or the present one was too long.
    begun: Option<Vec<u8>>,
}

impl GroupInbox {
    /// Takes a part in, and returns the message when it is whole. False for a part that does not belong to a message,
    /// or makes one that is longer than `most` bytes.
    pub(crate) fn take(&mut self, part: &GroupPart<'_>, most: usize) -> Result<Option<Vec<u8>>, ()> {
        let mut message = match (part.is_first, self.begun.take()) {
            (true, _) => Vec::new(),
            (false, Some(begun)) => begun,
            (false, None) => return Err(()),
        };
        if message.len() + part.bytes.len() > most {
            return Err(());
        }
        message.extend(part.bytes);
        if part.is_last {
            return Ok(Some(message));
        }
        self.begun = Some(message);
        Ok(None)
    }
}
