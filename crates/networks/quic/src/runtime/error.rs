//! A check whether a runtime of the program can run QUIC.

use std::net::{Ipv4Addr, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::runtime::Handle;

/// The reason why a runtime of the program cannot run QUIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// It has no I/O driver.
    #[error("the tokio runtime has I/O disabled: build it with enable_io() or enable_all()")]
    IoDisabled,
    /// It has no timers.
    #[error("the tokio runtime has time disabled: build it with enable_time() or enable_all()")]
    TimeDisabled,
    /// It was shut down.
    #[error("the tokio runtime has shut down: start the chat while the runtime runs")]
    ShutDown,
}

impl RuntimeError {
    /// An error code for logs and bindings; unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::IoDisabled => "runtime-io-disabled",
            Self::TimeDisabled => "runtime-time-disabled",
            Self::ShutDown => "runtime-shut-down",
        }
    }
}

/// Creates a timer and registers a socket, as QUIC will.
pub(super) fn check(handle: &Handle) -> Result<(), RuntimeError> {
    let _entered = handle.enter();
    // A timer that is never polled.
    let timer = || drop(tokio::time::sleep(Duration::ZERO));
    catch_unwind(AssertUnwindSafe(timer)).map_err(|_| RuntimeError::TimeDisabled)?;
    // If no socket can be created, the first attempt to connect reports why.
    let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) else { return Ok(()) };
    if socket.set_nonblocking(true).is_err() {
        return Ok(());
    }
    let register = || tokio::net::UdpSocket::from_std(socket).map(drop);
    match catch_unwind(AssertUnwindSafe(register)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(RuntimeError::ShutDown),
        Err(_) => Err(RuntimeError::IoDisabled),
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn a_runtime_needs_io_and_time() {
        let enabled = Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(check(enabled.handle()), Ok(()));
        let without_time = Builder::new_current_thread().enable_io().build().unwrap();
        assert_eq!(check(without_time.handle()), Err(RuntimeError::TimeDisabled));
        let without_io = Builder::new_current_thread().enable_time().build().unwrap();
        assert_eq!(check(without_io.handle()), Err(RuntimeError::IoDisabled));
    }

    #[test]
    fn a_runtime_that_has_shut_down_is_refused() {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        drop(runtime);
        assert_eq!(check(&handle), Err(RuntimeError::ShutDown));
    }
}
