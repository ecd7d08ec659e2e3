//! Ctrl-C and its kin: the first asks for an orderly end, the second ends at once.

#[cfg(unix)]
use std::io;
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the program should end.
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

    /// The same for Ctrl-C and SIGTERM; SIGHUP is told apart, and asks for something else.
    ///
    /// # Errors
    /// If the operating system refuses.
    #[cfg(unix)]
    pub(crate) fn listen_besides_hangup() -> io::Result<(Self, Hangup)> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::flag::{register, register_conditional_shutdown};
        let (interrupt, hangup) = (Self::default(), Hangup::default());
        for signal in [SIGINT, SIGTERM] {
            register_conditional_shutdown(signal, 130, Arc::clone(&interrupt.0))?;
            register(signal, Arc::clone(&interrupt.0))?;
        }
        register(SIGHUP, Arc::clone(&hangup.0))?;
        Ok((interrupt, hangup))
    }

    /// As if Ctrl-C was pressed.
    pub(crate) fn happen(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn happened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// What was asked for is being done: the next one counts as a first one again.
    pub(crate) fn acknowledge(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// The signal HUP, by which operators ask servers to read their settings again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hangup(Arc<AtomicBool>);

impl Hangup {
    /// Whether the signal has come since this was asked last.
    pub(crate) fn happened(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}
