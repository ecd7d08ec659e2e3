//! Ctrl-C and similar signals: the first requests an orderly end, the second ends the program at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of an interrupted program.
const INTERRUPTED: i32 = 130;

/// Whether the program should end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Starts to listen for Ctrl-C, SIGTERM and SIGHUP; on Windows for Ctrl-C, Ctrl-Break, and the ends of the
    /// window, the user's session and the machine, which leave a program about five seconds.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub(crate) fn listen() -> io::Result<Self> {
        let interrupt = Self::default();
        system::listen(&interrupt)?;
        Ok(interrupt)
    }

    /// The same for Ctrl-C and SIGTERM; SIGHUP is reported separately.
    ///
    /// # Errors
    /// If the operating system refuses.
    #[cfg(unix)]
    pub(crate) fn listen_besides_hangup() -> io::Result<(Self, Hangup)> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let (interrupt, hangup) = (Self::default(), Hangup::default());
        system::listen_to(&[SIGINT, SIGTERM], &interrupt)?;
        signal_hook::flag::register(SIGHUP, Arc::clone(&hangup.0))?;
        Ok((interrupt, hangup))
    }

    /// Acts as if Ctrl-C was pressed.
    pub(crate) fn happen(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn happened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Marks the request as handled: the next signal counts as a first one again.
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

#[cfg(unix)]
mod system {
    //! Signals.

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_shutdown};

    use super::{Arc, INTERRUPTED, Interrupt, io};

    pub(super) fn listen(interrupt: &Interrupt) -> io::Result<()> {
        listen_to(&[SIGINT, SIGTERM, SIGHUP], interrupt)
    }

    pub(super) fn listen_to(signals: &[i32], interrupt: &Interrupt) -> io::Result<()> {
        for &signal in signals {
            register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&interrupt.0))?;
            register(signal, Arc::clone(&interrupt.0))?;
        }
        Ok(())
    }
}

#[cfg(windows)]
mod system {
    //! Events of the console. The program is ended when a handler returns from the last three of them; those of tokio
    //! do not return.

    use std::process::exit;
    use std::thread;

    use tokio::runtime::Builder;
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};

    use super::{INTERRUPTED, Interrupt, Ordering, io};

    pub(super) fn listen(interrupt: &Interrupt) -> io::Result<()> {
        let runtime = Builder::new_current_thread().build()?;
        let entered = runtime.enter();
        let (mut c, mut pause) = (ctrl_c()?, ctrl_break()?);
        let (mut close, mut log_off, mut shutdown) = (ctrl_close()?, ctrl_logoff()?, ctrl_shutdown()?);
        drop(entered);
        let seen = interrupt.clone();
        let run = move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        _ = c.recv() => {}
                        _ = pause.recv() => {}
                        _ = close.recv() => {}
                        _ = log_off.recv() => {}
                        _ = shutdown.recv() => {}
                    }
                    if seen.0.swap(true, Ordering::AcqRel) {
                        exit(INTERRUPTED);
                    }
                }
            });
        };
        thread::Builder::new().name("interrupt".into()).spawn(run).map(drop)
    }
}
