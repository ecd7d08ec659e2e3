//! Messages packed into batches as Mirror's sender packs them.

use crate::{Dialect, Framing};

/// The largest batch over kcp2k before Mirror v78.3, in bytes.
pub const KCP_G1_BATCH_BYTES_MAX: usize = 1199;
/// The largest batch over kcp2k from Mirror v78.3 to v86.15.3, in bytes.
pub const KCP_G2_G3_BATCH_BYTES_MAX: usize = 1195;
/// The largest batch over kcp2k since Mirror v86.15.4, in bytes.
pub const KCP_G4_BATCH_BYTES_MAX: usize = 1194;
/// The largest batch over Ignorance, in bytes.
pub const IGNORANCE_BATCH_BYTES_MAX: usize = 1200;
/// The largest batch over Telepathy and `SimpleWebTransport`, in bytes.
pub const STREAM_BATCH_BYTES_MAX: usize = 16_384;

/// Packs messages into batches: in order, as many as fit, with one time stamp for all messages of a batch.
#[derive(Debug)]
pub struct Batcher {
    dialect: Dialect,
    batch_bytes_max: usize,
    /// What the batch that is being packed has as its time stamp.
    seconds: f64,
    /// Empty while it has no message.
    batch: Vec<u8>,
}

impl Batcher {
    /// For batches of at most so many bytes; a message that is larger goes alone in a larger one.
    pub fn new(dialect: Dialect, batch_bytes_max: usize) -> Self {
        Self { dialect, batch_bytes_max, seconds: 0.0, batch: Vec::new() }
    }

    /// Adds a message with all its bytes, as [`Message::framed`](crate::Message::framed) has them, at this time in seconds of
    /// our clock. `send` gets the batch before it, if the message does not fit there.
    pub fn add(&mut self, seconds: f64, framed: &[u8], send: impl FnMut(&[u8])) {
        let is_full = self.batch.len() + framed.len() > self.batch_bytes_max;
        let is_late = seconds.to_bits() != self.seconds.to_bits();
        if is_full || is_late || self.dialect.framing() == Framing::Bare {
            self.finish(send);
        }
        if self.batch.is_empty() {
            self.seconds = seconds;
            self.dialect.begin_batch(seconds, &mut self.batch);
        }
        self.batch.extend_from_slice(framed);
    }

    /// `send` gets what was packed last, if anything was.
    pub fn finish(&mut self, mut send: impl FnMut(&[u8])) {
        if !self.batch.is_empty() {
            send(&self.batch);
            self.batch.clear();
        }
    }
}
