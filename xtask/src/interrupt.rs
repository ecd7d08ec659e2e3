//! Ctrl-C and SIGTERM: a chore that has children ends them before it ends itself.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;

/// From now on Ctrl-C and SIGTERM only set what [`is_interrupted`] returns; nothing changes where they do already.
///
/// # Errors
/// [`Failure::Signals`] if the operating system refuses.
pub(crate) fn handle_signals() -> Result<(), Failure> {
    if IS_HANDLED.swap(true, Ordering::AcqRel) {
        return Ok(());
    }
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Release))
        .map_err(|error| Failure::Signals(error.to_string()))
}

/// Whether Ctrl-C was pressed or SIGTERM received since [`handle_signals`].
pub(crate) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Acquire)
}

static IS_HANDLED: AtomicBool = AtomicBool::new(false);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
