//! Recording of sessions, as a session loop offers it.

use std::time::Instant;

use super::SessionLoop;
use crate::recording::{RecordingFeed, RecordingRefusal};

impl SessionLoop {
    /// Records sessions by way of this feed from now on: those of
    /// [`RecordingSettings::sessions`](crate::recording::RecordingSettings::sessions) when the next player comes, others when
    /// they are [asked to](Self::start_recording).
    pub fn record_with(&mut self, feed: RecordingFeed) {
        self.recording_feed = Some(feed);
    }

    /// Begins to record a session, until [`stop_recording`](Self::stop_recording) or the session's end. The files are made
    /// by another thread, a little later: [`Recorder::status`](crate::recording::Recorder::status) tells what becomes of
    /// them.
    ///
    /// # Errors
    /// If it is being recorded already, or cannot be.
    pub fn start_recording(&mut self, now: Instant, session: &str) -> Result<(), RecordingRefusal> {
        let index = self.sessions.find(session).ok_or(RecordingRefusal::NoSession)?;
        let feed = self.recording_feed.as_mut().ok_or(RecordingRefusal::NotSetUp)?;
        let session = self.sessions.get_mut(index);
        session.recording.start(feed, now, &session.name, &mut session.server)?;
        self.drain(index, now);
        Ok(())
    }

    /// Ends the recording of a session. One that the configuration wants recorded is recorded again once everybody has left
    /// and somebody comes.
    ///
    /// # Errors
    /// If it is not being recorded.
    pub fn stop_recording(&mut self, now: Instant, session: &str) -> Result<(), RecordingRefusal> {
        let index = self.sessions.find(session).ok_or(RecordingRefusal::NoSession)?;
        let session = self.sessions.get_mut(index);
        session.recording.stop(&mut session.server)?;
        self.drain(index, now);
        Ok(())
    }

    /// Whether a session is being recorded; `None` if there is none of this name.
    pub fn is_recorded(&self, session: &str) -> Option<bool> {
        let index = self.sessions.find(session)?;
        self.sessions.get(index).map(|session| session.recording.is_on())
    }
}
