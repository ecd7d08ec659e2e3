//! The game's switches for the whole chat: the handles set them, and the voice thread reads them in every turn.
//! Unlike a command, a switch is never lost.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use consonance_session::Priority;

use crate::player_state::priority_of;

/// The switches. A command queued before a switch was set is visible to a reader of the switch.
#[derive(Debug)]
pub(crate) struct Switches {
    is_muted: AtomicBool,
    is_deafened: AtomicBool,
    is_key_held: AtomicBool,
    priority: AtomicU8,
    /// Not reset: a chat does not rejoin.
    is_leaving: AtomicBool,
}

/// The switches at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Switched {
    pub(crate) muted: bool,
    pub(crate) deafened: bool,
    /// The key for push to talk.
    pub(crate) key_held: bool,
    pub(crate) priority: Priority,
}

impl Default for Switches {
    fn default() -> Self {
        let Switched { muted, deafened, key_held, priority } = Switched::default();
        Self {
            is_muted: AtomicBool::new(muted),
            is_deafened: AtomicBool::new(deafened),
            is_key_held: AtomicBool::new(key_held),
            priority: AtomicU8::new(priority as u8),
            is_leaving: AtomicBool::new(false),
        }
    }
}

impl Switches {
    /// All switches except leaving.
    pub(crate) fn get(&self) -> Switched {
        Switched {
            muted: self.is_muted(),
            deafened: self.is_deafened(),
            key_held: self.is_key_held.load(Ordering::Acquire),
            priority: self.priority(),
        }
    }

    pub(crate) fn is_muted(&self) -> bool {
        self.is_muted.load(Ordering::Acquire)
    }

    pub(crate) fn set_muted(&self, muted: bool) {
        self.is_muted.store(muted, Ordering::Release);
    }

    pub(crate) fn is_deafened(&self) -> bool {
        self.is_deafened.load(Ordering::Acquire)
    }

    pub(crate) fn set_deafened(&self, deafened: bool) {
        self.is_deafened.store(deafened, Ordering::Release);
    }

    pub(crate) fn set_key_held(&self, held: bool) {
        self.is_key_held.store(held, Ordering::Release);
    }

    pub(crate) fn priority(&self) -> Priority {
        priority_of(self.priority.load(Ordering::Acquire))
    }

    pub(crate) fn set_priority(&self, priority: Priority) {
        self.priority.store(priority as u8, Ordering::Release);
    }

    pub(crate) fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Acquire)
    }

    pub(crate) fn leave(&self) {
        self.is_leaving.store(true, Ordering::Release);
    }
}

impl Default for Switched {
    fn default() -> Self {
        Self { muted: false, deafened: false, key_held: false, priority: Priority::Default }
    }
}

impl Switched {
    /// The later state, except that the local voice is only sent if both states allow it.
    pub(crate) fn and_then(self, later: Self) -> Self {
        let muted = self.muted || later.muted;
        let key_held = self.key_held && later.key_held;
        Self { muted, key_held, ..later }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_withheld_at_once_and_let_out_once_both_moments_agree() {
        let shut = Switched { muted: true, key_held: false, ..Switched::default() };
        let open = Switched { muted: false, key_held: true, ..Switched::default() };
        assert_eq!(shut.and_then(open), shut);
        assert_eq!(open.and_then(shut), shut);
        assert_eq!(open.and_then(open), open);
    }

    #[test]
    fn what_was_switched_is_what_is_told() {
        let switches = Switches::default();
        assert_eq!(switches.get(), Switched::default());
        switches.set_muted(true);
        switches.set_deafened(true);
        switches.set_key_held(true);
        switches.set_priority(Priority::High);
        let all = Switched { muted: true, deafened: true, key_held: true, priority: Priority::High };
        assert_eq!(switches.get(), all);
        switches.leave();
        assert!(switches.is_leaving());
    }
}
