//! The connection status, set by the voice thread and readable by the game at any time.

use std::sync::atomic::{AtomicU8, Ordering};

pub use consonance_session::Status;

/// A status that one thread sets and others read.
#[derive(Debug, Default)]
pub(crate) struct SharedStatus(AtomicU8);

impl SharedStatus {
    pub(crate) fn set(&self, status: Status) {
        let number = match status {
            Status::Disconnected => 0,
            Status::Degraded => 1,
            Status::Connected => 2,
        };
        self.0.store(number, Ordering::Release);
    }

    pub(crate) fn get(&self) -> Status {
        match self.0.load(Ordering::Acquire) {
            0 => Status::Disconnected,
            1 => Status::Degraded,
            _ => Status::Connected,
        }
    }
}
