//! The unit that the network carries: messages behind a header that verifies them.

use twox_hash::XxHash64;

use crate::ngo::packed;

/// The header of a batch, in bytes: mark, count, size and hash.
pub const BATCH_HEADER_BYTES: usize = 16;

const MARK: u16 = 0x1160;
/// The length of a batch is a multiple of this many bytes.
const ALIGNMENT: usize = 8;
const HASH_SEED: u64 = 0;

/// A batch whose size and hash are right, as games since Netcode 1.3.1 send them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NgoBatch<'a> {
    count: u16,
    /// The messages and the padding.
    content: &'a [u8],
}

/// One message of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NgoMessage<'a> {
    /// Its type, by its place in the sender's list of types.
    pub id: u32,
    /// The message's content.
    pub body: &'a [u8],
    /// The whole message as encoded in the batch.
    pub framed: &'a [u8],
}

/// Why a batch is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NgoBatchError {
    /// It is shorter than its header.
    #[error("a batch is shorter than its header; is the game's Netcode 1.3.1 or later?")]
    CutOff,
    /// It does not begin as batches do.
    #[error("a batch begins with {0:#06x}, not with 0x1160; is the game's Netcode 1.3.1 or later?")]
    WrongMark(u16),
    /// Its size differs from the one in its header.
    #[error("the size in a batch's header does not match its length; drop it")]
    WrongSize,
    /// Its hash is not that of its messages.
    #[error("a batch's hash is not that of its messages; drop it")]
    WrongHash,
    /// A message in it is cut off, or there are fewer than announced.
    #[error("truncated batch: a message is missing or cut off; drop it")]
    MessageCutOff,
}

impl NgoBatchError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CutOff => "cut-off",
            Self::WrongMark(_) => "wrong-mark",
            Self::WrongSize => "wrong-size",
            Self::WrongHash => "wrong-hash",
            Self::MessageCutOff => "message-cut-off",
        }
    }
}

impl<'a> NgoBatch<'a> {
    /// Reads a batch's header and checks all that it tells but the messages themselves.
    ///
    /// # Errors
    /// If it is not a batch.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NgoBatchError> {
        let (header, content) =
            bytes.split_first_chunk::<BATCH_HEADER_BYTES>().ok_or(NgoBatchError::CutOff)?;
        let [mark_low, mark_high, count_low, count_high, s0, s1, s2, s3, hash @ ..] = *header;
        let mark = u16::from_le_bytes([mark_low, mark_high]);
        if mark != MARK {
            return Err(NgoBatchError::WrongMark(mark));
        }
        if usize::try_from(i32::from_le_bytes([s0, s1, s2, s3])) != Ok(bytes.len()) {
            return Err(NgoBatchError::WrongSize);
        }
        if XxHash64::oneshot(HASH_SEED, content) != u64::from_le_bytes(hash) {
            return Err(NgoBatchError::WrongHash);
        }
        Ok(Self { count: u16::from_le_bytes([count_low, count_high]), content })
    }

    /// The messages in order; after one that cannot be read there is none.
    pub fn messages(&self) -> NgoMessages<'a> {
        NgoMessages { left: self.count, rest: self.content }
    }
}

/// The messages of a batch.
#[derive(Clone, Debug)]
pub struct NgoMessages<'a> {
    left: u16,
    rest: &'a [u8],
}

impl<'a> NgoMessages<'a> {
    fn split_first(&mut self) -> Option<NgoMessage<'a>> {
        let (id, id_bytes) = packed::read_u32(self.rest)?;
        let (size, size_bytes) = packed::read_u32(&self.rest[id_bytes..])?;
        let head = id_bytes + size_bytes;
        let end = head.checked_add(size as usize)?;
        let (framed, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(NgoMessage { id, body: &framed[head..], framed })
    }
}

impl<'a> Iterator for NgoMessages<'a> {
    type Item = Result<NgoMessage<'a>, NgoBatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let message = self.split_first();
        if message.is_none() {
            self.left = 0;
        }
        Some(message.ok_or(NgoBatchError::MessageCutOff))
    }
}

/// Writes one batch at the end of a buffer.
#[derive(Debug)]
pub struct NgoBatchWriter<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
    count: u16,
}

impl<'a> NgoBatchWriter<'a> {
    /// A batch without messages so far. It is one when it is [finished](Self::finish).
    pub fn new(bytes: &'a mut Vec<u8>) -> Self {
        let start = bytes.len();
        bytes.resize(start + BATCH_HEADER_BYTES, 0);
        Self { bytes, start, count: 0 }
    }

    /// Appends a message, whose body is in parts.
    pub fn message(&mut self, id: u32, body: &[&[u8]]) {
        packed::write_u32(id, self.bytes);
        packed::write_u32(body.iter().map(|part| part.len() as u32).sum(), self.bytes);
        for part in body {
            self.bytes.extend_from_slice(part);
        }
        self.count += 1;
    }

    /// Appends a message as it was in another batch.
    pub fn framed(&mut self, message: &NgoMessage<'_>) {
        self.bytes.extend_from_slice(message.framed);
        self.count += 1;
    }

    /// Fills the batch up, and writes its header.
    pub fn finish(self) {
        let size = (self.bytes.len() - self.start).next_multiple_of(ALIGNMENT);
        self.bytes.resize(self.start + size, 0);
        let (header, content) = self.bytes[self.start..].split_at_mut(BATCH_HEADER_BYTES);
        header[..2].copy_from_slice(&MARK.to_le_bytes());
        header[2..4].copy_from_slice(&self.count.to_le_bytes());
        header[4..8].copy_from_slice(&(size as u32).to_le_bytes());
        header[8..].copy_from_slice(&XxHash64::oneshot(HASH_SEED, content).to_le_bytes());
    }
}
