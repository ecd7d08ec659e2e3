//! Reasons for a scenario's failure, in words that help to find the cause.

use std::io;
use std::time::Duration;

/// Everything that ends a scenario.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An expectation was not met.
    #[error("{0}")]
    NotSo(String),
    /// Something did not come in time.
    #[error("timed out after {} s waiting until {what}", within.as_secs_f64())]
    TimedOut {
        /// The expected condition, as the end of a sentence that begins with "until".
        what: String,
        /// The time limit.
        within: Duration,
    },
    /// A script of ours did not run to its end in the page.
    #[error("a script failed in the page: {0}")]
    Script(String),
    /// The browser refused a command.
    #[error("the browser refused {method}: {message}")]
    Refused {
        /// The command of its protocol.
        method: String,
        /// The browser's reason.
        message: String,
    },
    /// The browser has gone.
    #[error("the browser has ended by itself")]
    BrowserGone,
    /// This machine lacks what the scenario needs.
    #[error("{0}")]
    Lacking(String),
    /// Ctrl-C was pressed.
    #[error("interrupted")]
    Interrupted,
    /// A process, file or socket of the test did not work.
    #[error("{what}: {cause}")]
    Io {
        /// The attempted action.
        what: String,
        /// The operating system's error.
        cause: io::Error,
    },
}

impl Failure {
    /// For `map_err`: `what` is the attempted action.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |cause| Self::Io { what, cause }
    }
}

/// Checks that a condition holds; fails with the message of `otherwise` if not.
///
/// # Errors
/// [`Failure::NotSo`].
pub fn ensure(is_so: bool, otherwise: impl FnOnce() -> String) -> Result<(), Failure> {
    if is_so { Ok(()) } else { Err(Failure::NotSo(otherwise())) }
}
