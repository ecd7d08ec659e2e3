//! What the game has switched for the whole chat, to be asked for at any time.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use consonance_session::Priority;

use crate::player_state::priority_of;

/// What was said last; the voice thread has its own copies of what it needs.
#[derive(Debug)]
pub(crate) struct Switches {
    is_muted: AtomicBool,
    is_deafened: AtomicBool,
    priority: AtomicU8,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            is_muted: AtomicBool::default(),
            is_deafened: AtomicBool::default(),
            priority: AtomicU8::new(Priority::Default as u8),
        }
    }
}

impl Switches {
    pub(crate) fn is_muted(&self) -> bool {
        self.is_muted.load(Ordering::Relaxed)
    }

    pub(crate) fn set_muted(&self, muted: bool) {
        self.is_muted.store(muted, Ordering::Relaxed);
    }

    pub(crate) fn is_deafened(&self) -> bool {
        self.is_deafened.load(Ordering::Relaxed)
    }

    pub(crate) fn set_deafened(&self, deafened: bool) {
        self.is_deafened.store(deafened, Ordering::Relaxed);
    }

    pub(crate) fn priority(&self) -> Priority {
        priority_of(self.priority.load(Ordering::Relaxed))
    }

    pub(crate) fn set_priority(&self, priority: Priority) {
        self.priority.store(priority as u8, Ordering::Relaxed);
    }
}
