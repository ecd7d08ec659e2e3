//! Messages of the game: batches of Mirror with one message that says when it was sent.
//!
//! Its body is a kind (`u8`), a number (`u16`), the time of sending (`u64`, nanoseconds since the bench began), all
//! little-endian, and as much noise as a moving player's state takes.

use std::time::Duration;

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamped {
    /// A client behind the splice, or one that is not, has this number.
    Introduction { is_spliced: bool, number: u16 },
    /// It was sent then.
    Move { sent_at: Duration },
}

/// No id of Mirror's own, nor of voice.
const ID: [u8; 2] = [0x34, 0x12];
/// With the id; below 241, so that its length is one byte.
const MESSAGE_BYTES: u8 = 42;
const TIME_STAMP_BYTES: usize = 8;
const INTRODUCTION: u8 = 0;
const SPLICED_INTRODUCTION: u8 = 1;
const MOVE: u8 = 2;

impl Stamped {
    /// As it travels.
    pub(super) fn to_batch(self, now: Duration) -> Vec<u8> {
        let (kind, number, sent_at) = match self {
            Self::Introduction { is_spliced: false, number } => (INTRODUCTION, number, Duration::ZERO),
            Self::Introduction { is_spliced: true, number } => (SPLICED_INTRODUCTION, number, Duration::ZERO),
            Self::Move { sent_at } => (MOVE, 0, sent_at),
        };
        let mut batch = now.as_secs_f64().to_le_bytes().to_vec();
        batch.push(MESSAGE_BYTES);
        batch.extend(ID);
        batch.push(kind);
        batch.extend(number.to_le_bytes());
        batch.extend((sent_at.as_nanos() as u64).to_le_bytes());
        batch.resize(TIME_STAMP_BYTES + 1 + usize::from(MESSAGE_BYTES), 0x5a);
        batch
    }

    /// `None` of whatever else Mirror's clients say.
    pub(super) fn of_batch(batch: &[u8]) -> Option<Self> {
        let message = batch.get(TIME_STAMP_BYTES..)?.strip_prefix(&[MESSAGE_BYTES])?.strip_prefix(&ID)?;
        let (kind, rest) = message.split_first()?;
        let (number, rest) = rest.split_first_chunk::<2>()?;
        let number = u16::from_le_bytes(*number);
        Some(match *kind {
            INTRODUCTION => Self::Introduction { is_spliced: false, number },
            SPLICED_INTRODUCTION => Self::Introduction { is_spliced: true, number },
            MOVE => {
                let sent_at = u64::from_le_bytes(*rest.first_chunk()?);
                Self::Move { sent_at: Duration::from_nanos(sent_at) }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_is_a_batch_of_mirrors() {
        for stamped in [
            Stamped::Introduction { is_spliced: false, number: 3 },
            Stamped::Introduction { is_spliced: true, number: 999 },
            Stamped::Move { sent_at: Duration::from_nanos(123_456_789) },
        ] {
            let batch = stamped.to_batch(Duration::from_secs(5));
            assert_eq!(Stamped::of_batch(&batch), Some(stamped));
            assert!(consonance_mirror::looks_like_batch(&batch));
        }
        assert_eq!(Stamped::of_batch(b"something else that is long enough for a batch of Mirror"), None);
        assert_eq!(Stamped::of_batch(b""), None);
    }
}
