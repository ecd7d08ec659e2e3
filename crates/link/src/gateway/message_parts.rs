//! The parts of a message, on the way to their destinations.

use crate::Delivery;
use crate::gateway::{BufferQueue, MessageChannel};

/// Filled by an [`Envelope`](crate::gateway::Envelope), emptied by its caller: parts in order, in
/// buffers that are used again.
#[derive(Debug, Default)]
pub struct MessageParts {
    parts: BufferQueue<MessagePart>,
    /// The message at hand is in the buffer that [`take`](Self::take) gets, so a part that is all of it needs no copy.
    is_in_place: bool,
    /// The first part, if it is all of that message.
    whole: Option<MessagePart>,
    /// The bytes that [`pop`](Self::pop) showed last.
    shown: Vec<u8>,
    violation: Option<&'static str>,
}

/// The kind and destination of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePart {
    /// A voice packet for the session, or for the player on the client side.
    Voice(Delivery),
    /// A message for the client of the connection.
    ToClient(MessageChannel),
    /// A message for the game's server.
    ToGame(MessageChannel),
}

/// The most parts of a message among which further voice packets are taken.
const PARTS_MAX: usize = 1024;

impl MessageParts {
    /// A voice packet was found. A message with more of them than any game gathers in a frame breaks a rule: they
    /// would be many times as long here as in the message.
    pub fn voice(&mut self, delivery: Delivery, packet: &[u8]) {
        if self.parts.len() >= PARTS_MAX {
            self.violation("a message has more voice packets than one may have");
        } else {
            self.put(MessagePart::Voice(delivery), packet);
        }
    }

    /// The client is to have the message at hand, unchanged: this is all of it.
    pub fn whole_to_client(&mut self, channel: MessageChannel, message: &[u8]) {
        self.put_whole(MessagePart::ToClient(channel), message);
    }

    /// The game's server is to have the message at hand, unchanged: this is all of it.
    pub fn whole_to_game(&mut self, channel: MessageChannel, message: &[u8]) {
        self.put_whole(MessagePart::ToGame(channel), message);
    }

    /// The client is to have this message.
    pub fn to_client(&mut self, channel: MessageChannel, message: &[u8]) {
        self.put(MessagePart::ToClient(channel), message);
    }

    /// The game's server is to have this message.
    pub fn to_game(&mut self, channel: MessageChannel, message: &[u8]) {
        self.put(MessagePart::ToGame(channel), message);
    }

    /// A part whose bytes are written in place, into an empty buffer.
    pub fn write(&mut self, part: MessagePart, write: impl FnOnce(&mut Vec<u8>)) {
        self.parts.push(part, write);
    }

    /// The message violates its protocol; `what` describes it. The connection must end.
    pub fn violation(&mut self, what: &'static str) {
        self.violation.get_or_insert(what);
    }

    /// The next part and its bytes.
    pub fn pop(&mut self) -> Option<(MessagePart, &[u8])> {
        debug_assert!(self.whole.is_none(), "a part in place is in the buffer of `take`");
        let part = self.parts.pop(&mut self.shown)?;
        Some((part, &self.shown))
    }

    /// The next part, whose bytes [replace](crate#events-and-their-bytes) what is in the buffer.
    pub fn take(&mut self, bytes: &mut Vec<u8>) -> Option<MessagePart> {
        self.whole.take().or_else(|| self.parts.pop(bytes))
    }

    /// Returns the rule that was broken, if any, and clears it.
    pub fn take_violation(&mut self) -> Option<&'static str> {
        self.violation.take()
    }

    /// Whether every part was taken.
    pub fn is_empty(&self) -> bool {
        self.whole.is_none() && self.parts.is_empty()
    }

    /// Drops the parts that were not taken.
    pub fn clear(&mut self) {
        self.whole = None;
        self.parts.clear();
    }

    /// Parts whose caller keeps the message at hand in the buffer that it gives to [`take`](Self::take), until then.
    pub(crate) fn in_place() -> Self {
        Self { is_in_place: true, ..Self::default() }
    }

    /// Parts before it have to leave first, and take their place in the buffer.
    fn put_whole(&mut self, part: MessagePart, message: &[u8]) {
        if self.is_in_place && self.is_empty() {
            self.whole = Some(part);
        } else {
            self.put(part, message);
        }
    }

    fn put(&mut self, part: MessagePart, bytes: &[u8]) {
        self.write(part, |buffer| buffer.extend_from_slice(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_order_and_then_nothing_is_left() {
        let mut parts = MessageParts::default();
        parts.voice(Delivery::Unreliable, b"voice");
        parts.to_game(MessageChannel(1), b"");
        parts.write(MessagePart::ToClient(MessageChannel(2)), |bytes| bytes.extend(b"pong"));
        assert_eq!(parts.pop(), Some((MessagePart::Voice(Delivery::Unreliable), b"voice".as_slice())));
        assert_eq!(parts.pop(), Some((MessagePart::ToGame(MessageChannel(1)), b"".as_slice())));
        assert!(!parts.is_empty());
        assert_eq!(parts.pop(), Some((MessagePart::ToClient(MessageChannel(2)), b"pong".as_slice())));
        assert_eq!(parts.pop(), None);
        assert!(parts.is_empty());
    }

    #[test]
    fn a_whole_message_stays_where_it_is_unless_parts_come_before_it() {
        let mut parts = MessageParts::in_place();
        let mut bytes = b"whole".to_vec();
        let at = bytes.as_ptr();
        parts.whole_to_game(MessageChannel(1), b"whole");
        parts.to_client(MessageChannel(2), b"after it");
        assert!(!parts.is_empty());
        assert_eq!(parts.take(&mut bytes), Some(MessagePart::ToGame(MessageChannel(1))));
        assert_eq!((bytes.as_slice(), bytes.as_ptr()), (b"whole".as_slice(), at));
        assert_eq!(parts.take(&mut bytes), Some(MessagePart::ToClient(MessageChannel(2))));
        assert_eq!(bytes, b"after it");

        parts.to_game(MessageChannel(1), b"before it");
        parts.whole_to_game(MessageChannel(1), b"whole");
        for expected in [b"before it".as_slice(), b"whole"] {
            assert_eq!(parts.take(&mut bytes), Some(MessagePart::ToGame(MessageChannel(1))));
            assert_eq!(bytes, expected);
        }
        parts.whole_to_client(MessageChannel(1), b"dropped");
        parts.clear();
        assert_eq!((parts.is_empty(), parts.take(&mut bytes)), (true, None));
    }

    #[test]
    fn a_message_of_thousands_of_voice_packets_breaks_a_rule() {
        let mut parts = MessageParts::default();
        (0..PARTS_MAX).for_each(|_| parts.voice(Delivery::Unreliable, b"voice"));
        assert_eq!(parts.take_violation(), None);
        parts.voice(Delivery::Unreliable, b"voice");
        assert!(parts.take_violation().is_some());
        assert_eq!(std::iter::from_fn(|| parts.pop().map(drop)).count(), PARTS_MAX);
        parts.voice(Delivery::Unreliable, b"of the next one");
        assert_eq!(parts.take_violation(), None);
    }

    #[test]
    fn the_first_broken_rule_is_told_once() {
        let mut parts = MessageParts::default();
        parts.violation("one");
        parts.violation("two");
        assert_eq!((parts.take_violation(), parts.take_violation()), (Some("one"), None));
    }
}
