//! Test messages, and the output of envelopes for them.

use consonance_game_networks::ngo::{ConnectionRequest, NgoBatchWriter, NgoMessageType, TypeList};
use consonance_link::gateway::{MessagePart, MessageParts};

/// The output of an envelope: parts in order, and the protocol violation, if any.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) parts: Vec<(MessagePart, Vec<u8>)>,
    pub(crate) violation: Option<&'static str>,
}

impl Made {
    pub(crate) fn by(act: impl FnOnce(&mut MessageParts)) -> Self {
        let mut buffer = MessageParts::default();
        act(&mut buffer);
        let violation = buffer.take_violation();
        let mut parts = Vec::new();
        while let Some((part, bytes)) = buffer.pop() {
            parts.push((part, bytes.to_vec()));
        }
        Self { parts, violation }
    }

    /// These parts, without a violation.
    pub(crate) fn of(parts: impl IntoIterator<Item = (MessagePart, Vec<u8>)>) -> Self {
        Self { parts: parts.into_iter().collect(), violation: None }
    }
}

/// A batch of these messages.
pub(crate) fn batch(messages: &[(u32, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut batch = NgoBatchWriter::new(&mut bytes);
    for (id, body) in messages {
        batch.message(*id, &[body]);
    }
    batch.finish();
    bytes
}

/// The body of a connection request with this list.
pub(crate) fn request(types: TypeList) -> Vec<u8> {
    let mut body = Vec::new();
    ConnectionRequest { types, config_hash: 7, approval_data: None }.write(&mut body);
    body
}

/// The number of a type in the stock list.
pub(crate) fn id_of(message_type: NgoMessageType) -> u32 {
    TypeList::stock().find(message_type).unwrap().0
}

/// Decodes hexadecimal digits; spaces are ignored.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}
