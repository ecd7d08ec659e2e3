//! The packets of a channel: their numbers, and when each is sent again.

use std::time::{Duration, Instant};

use crate::litenetlib::sequence::Sequence;

/// Whether a packet is sent for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    First,
    Again,
}

/// A packet that is resent until it is acknowledged.
#[derive(Debug)]
pub(super) struct UnderWay {
    pub(super) packet: Vec<u8>,
    pub(super) left_at: Option<Instant>,
}

impl UnderWay {
    pub(super) fn new(packet: Vec<u8>) -> Self {
        Self { packet, left_at: None }
    }

    pub(super) fn transmit(
        &mut self,
        now: Instant,
        resend_after: Duration,
        out: &mut dyn FnMut(&[u8], Attempt),
    ) {
        let attempt = match self.left_at {
            None => Attempt::First,
            Some(left_at) if now.saturating_duration_since(left_at) > resend_after => Attempt::Again,
            Some(_) => return,
        };
        self.left_at = Some(now);
        out(&self.packet, attempt);
    }
}

/// The offset of a channeled packet's number.
const SEQUENCE_AT: usize = 1;

pub(super) fn sequence_of(packet: &[u8]) -> Option<Sequence> {
    Sequence::from_wire(crate::litenetlib::handshake::field(packet, SEQUENCE_AT)?)
}

pub(super) fn set_sequence(packet: &mut [u8], sequence: Sequence) {
    if let Some(bytes) = packet.get_mut(SEQUENCE_AT..SEQUENCE_AT + Sequence::BYTES) {
        bytes.copy_from_slice(&sequence.to_wire());
    }
}
