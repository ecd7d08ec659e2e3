//! Ctrl-C and its kin: the first asks for an orderly end, the second ends at once.

use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody wants the program to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens for Ctrl-C, SIGTERM and SIGHUP from now on.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub(crate) fn listen() -> Result<Self, ctrlc::Error> {
        let interrupt = Self::default();
        let seen = interrupt.clone();
        ctrlc::set_handler(move || {
            if seen.0.swap(true, Ordering::AcqRel) {
                exit(130);
            }
        })?;
        Ok(interrupt)
    }

    /// As if somebody had pressed Ctrl-C.
    #[cfg(test)]
    pub(crate) fn happen(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn happened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
