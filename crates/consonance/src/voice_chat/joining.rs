//! Waiting for the session.

use std::time::{Duration, Instant};

use super::VoiceChat;
use crate::event::{End, EventKind};
use crate::status::Status;

/// Why a chat is not in its session after [`VoiceChat::wait_joined`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitJoinedError {
    /// The chat has ended.
    #[error("{0}")]
    Ended(End),
    /// The time is over; the chat goes on trying.
    #[error("not in the session after {} s: the chat keeps trying; check the address and the network", waited.as_secs_f64())]
    TimedOut {
        /// How long it was waited.
        waited: Duration,
    },
}

impl WaitJoinedError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ended(end) => end.code(),
            Self::TimedOut { .. } => "timed-out",
        }
    }
}

impl VoiceChat {
    /// Waits until the chat is in its session, at most this long. Takes no events from other readers.
    ///
    /// ```no_run
    /// # fn join(builder: consonance::VoiceChatBuilder) -> Result<(), Box<dyn std::error::Error>> {
    /// let voice = builder.start()?;
    /// voice.wait_joined(std::time::Duration::from_secs(10))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the chat has ended, the reason; or if the time is over.
    pub fn wait_joined(&self, at_most: Duration) -> Result<(), WaitJoinedError> {
        let started = Instant::now();
        // Subscribed before the first look: what happens in between is seen in one of the two.
        let events = self.subscribe();
        if let Some(end) = self.thread().shared.events.end() {
            return Err(WaitJoinedError::Ended(end));
        }
        while self.status() != Status::Connected {
            let left = at_most.saturating_sub(started.elapsed());
            match events.wait(left).map(|event| event.kind) {
                Some(EventKind::Joined | EventKind::Resumed) => break,
                Some(EventKind::Ended(end)) => return Err(WaitJoinedError::Ended(end)),
                Some(_) => {}
                None => {
                    let timed_out = WaitJoinedError::TimedOut { waited: at_most };
                    return Err(self.thread().shared.events.end().map_or(timed_out, WaitJoinedError::Ended));
                }
            }
        }
        Ok(())
    }
}
