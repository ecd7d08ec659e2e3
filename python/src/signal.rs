//! Wakes the pump of a chat, from any thread and without blocking.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::lock::lock;

/// Why the pump is to look, all reasons since it last did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reasons {
    /// Events wait, or speech has room for more: asyncio's loop is to look, too.
    pub(crate) news: bool,
    /// 10 ms have passed, so that taps have sound.
    pub(crate) beat: bool,
    /// The chat has ended; nothing follows.
    pub(crate) ended: bool,
}

/// Reasons that are raised by some threads and taken by one.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    reasons: Mutex<Reasons>,
    raised: Condvar,
}

impl Signal {
    /// Adds reasons, and wakes the pump.
    pub(crate) fn raise(&self, add: impl FnOnce(&mut Reasons)) {
        add(&mut lock(&self.reasons));
        self.raised.notify_one();
    }

    /// There are events, or room for speech.
    pub(crate) fn news(&self) {
        self.raise(|reasons| reasons.news = true);
    }

    /// Waits for any reason, and takes all that there are.
    pub(crate) fn wait(&self) -> Reasons {
        let mut reasons = lock(&self.reasons);
        while *reasons == Reasons::default() {
            reasons = self.raised.wait(reasons).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::take(&mut *reasons)
    }
}
