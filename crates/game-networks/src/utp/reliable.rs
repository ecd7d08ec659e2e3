//! The pipeline whose packets all arrive, in order: its header, its sender and its receiver.

mod header;
mod opening;
mod receiver;
mod round_trip;
mod sender;

pub(crate) use header::{Header, HeaderKind};
pub(crate) use opening::PAYLOAD_BYTES as OPENING_PAYLOAD_BYTES;
pub(crate) use receiver::ReliableReceiver;
pub(crate) use sender::{Guessed, ReliableSender};
