//! Recordings: begun, ended and removed by operators.

use std::sync::PoisonError;
use std::time::Instant;

use super::{AuditAction, By, Done, Moderation, ModerationError, Outcome};
use crate::recording::{RecordingId, RecordingRefusal, Recordings};
use crate::session_loop::SessionLoop;

impl Moderation {
    /// Sets the place of recordings, if any are made; this also applies to all clones.
    pub fn set_recordings(&self, recordings: Option<Recordings>) {
        *self.recordings.write().unwrap_or_else(PoisonError::into_inner) = recordings;
    }

    /// The recordings of this server, if it makes any.
    pub fn recordings(&self) -> Option<Recordings> {
        self.recordings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins to record a session; see [`SessionLoop::start_recording`]. Players of ours are told.
    ///
    /// # Errors
    /// If there is no such session, it is being recorded already, or nothing can be recorded here.
    pub fn start_recording(&self, by: &By, session: &str) -> Result<Done, ModerationError> {
        let result = self.change_recording(session, SessionLoop::start_recording);
        self.log(by, AuditAction::new("start_recording", session, session), result)
    }

    /// Ends the recording of a session, until all players have left; see [`SessionLoop::stop_recording`].
    ///
    /// # Errors
    /// If there is no such session, or it is not being recorded.
    pub fn stop_recording(&self, by: &By, session: &str) -> Result<Done, ModerationError> {
        let result = self.change_recording(session, SessionLoop::stop_recording);
        self.log(by, AuditAction::new("stop_recording", session, session), result)
    }

    /// Removes a finished recording with its files.
    ///
    /// # Errors
    /// If there is no such recording, it is still running, or a file cannot be removed.
    pub fn remove_recording(&self, by: &By, id: &RecordingId) -> Result<Done, ModerationError> {
        let recordings = self.recordings().ok_or(ModerationError::Recording(RecordingRefusal::NotSetUp));
        let removed = recordings
            .and_then(|recordings| recordings.remove(id).map_err(ModerationError::Recordings))
            .map(|()| Outcome::Holds);
        let (target, details) = (id.to_string(), String::new());
        self.log(by, AuditAction { action: "remove_recording", session: None, target, details }, removed)
    }

    fn change_recording(
        &self,
        session: &str,
        change: fn(&mut SessionLoop, Instant, &str) -> Result<(), RecordingRefusal>,
    ) -> Result<Outcome, ModerationError> {
        let name = session.to_owned();
        let asked = self.server.ask_session(session, move |worker, now| change(worker, now, &name));
        match asked.map_err(ModerationError::of_worker)? {
            Ok(()) => Ok(Outcome::Holds),
            Err(RecordingRefusal::NoSession) => {
                Err(ModerationError::NoSession { session: session.to_owned() })
            }
            Err(refusal) => Err(ModerationError::Recording(refusal)),
        }
    }
}
