//! The parts of a message from the page to the delivery service.

use consonance_wire::limits::GROUP_MESSAGE_BYTES_MAX;

/// The parts received so far of a message of the page.
#[derive(Debug, Default)]
pub(super) struct GroupParts {
    bytes: Vec<u8>,
    /// Whether the message is too long, so that the rest of it is dropped.
    is_void: bool,
}

impl GroupParts {
    /// Adds a part; returns the message if no more parts follow.
    ///
    /// # Errors
    /// If the message is too long, at its last part.
    pub(super) fn add(&mut self, part: &[u8], more: bool) -> Result<Option<Vec<u8>>, String> {
        self.is_void |= self.bytes.len() + part.len() > GROUP_MESSAGE_BYTES_MAX;
        if self.is_void {
            self.bytes.clear();
        } else {
            self.bytes.extend_from_slice(part);
        }
        if more {
            return Ok(None);
        }
        let Self { bytes, is_void } = std::mem::take(self);
        if is_void {
            return Err(format!("a message has at most {GROUP_MESSAGE_BYTES_MAX} bytes"));
        }
        Ok(Some(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_whole_with_its_last_part_and_one_that_is_too_long_spoils_only_itself() {
        let mut parts = GroupParts::default();
        assert_eq!(parts.add(b"one ", true), Ok(None));
        assert_eq!(parts.add(b"two", false), Ok(Some(b"one two".to_vec())));
        assert_eq!(parts.add(&vec![0; GROUP_MESSAGE_BYTES_MAX], true), Ok(None));
        assert_eq!(parts.add(b"!", true), Ok(None));
        assert!(parts.add(b"?", false).is_err());
        assert_eq!(parts.add(b"three", false), Ok(Some(b"three".to_vec())));
    }
}
