//! Recording of sessions, as a session loop offers it.

use std::time::Instant;

use super::SessionLoop;
use crate::recording::{RecordingFeed, RecordingRefusal};

impl SessionLoop {
    /// Records sessions through this feed: those of
    /// [`sessions`](crate::recording::SessionRecordingSettings::sessions) when the next player joins, others
    /// [on request](Self::start_recording).
    pub fn record_with(&mut self, feed: RecordingFeed) {
        self.state.voices.set_feed(Some(feed));
    }

    /// Records these sessions as soon as they have players, as if it had been [requested](Self::start_recording): those
    /// that the process before recorded for an operator.
    pub(crate) fn ask_to_record(&mut self, sessions: &[String]) {
        for session in sessions {
            if let Some(index) = self.state.sessions.find(session) {
                self.state.sessions.get_mut(index).recording.ask();
            }
        }
    }

    /// Begins to record a session, until [`stop_recording`](Self::stop_recording) or the session's end. The
    /// files are made by another thread, a little later:
    /// [`SessionRecorder::status`](crate::recording::SessionRecorder::status) tells what becomes of them.
    ///
    /// # Errors
    /// If it is being recorded already, or cannot be.
    pub fn start_recording(&mut self, now: Instant, session: &str) -> Result<(), RecordingRefusal> {
        let index = self.state.sessions.find(session).ok_or(RecordingRefusal::NoSession)?;
        self.state.voices.record(now, self.state.sessions.get_mut(index))?;
        self.carrying(now).drain(index);
        Ok(())
    }

    /// Ends the recording of a session, or the attempts at one after the disk was full. A recording of the
    /// configuration starts again once all have left and a player joins.
    ///
    /// # Errors
    /// If it is not being recorded, nor about to be.
    pub fn stop_recording(&mut self, now: Instant, session: &str) -> Result<(), RecordingRefusal> {
        let index = self.state.sessions.find(session).ok_or(RecordingRefusal::NoSession)?;
        let session = self.state.sessions.get_mut(index);
        session.recording.stop(&mut session.server)?;
        self.carrying(now).drain(index);
        Ok(())
    }

    /// Whether a session is being recorded; `None` if there is none of this name.
    pub fn is_recorded(&self, session: &str) -> Option<bool> {
        let index = self.state.sessions.find(session)?;
        self.state.sessions.get(index).map(|session| session.recording.is_on())
    }
}
