//! Voice that is kept: on disk while a session is recorded, and in memory for reports.

use std::time::Instant;

use consonance_session::ServerEvent;

use crate::recording::{RecordingFeed, RecordingRefusal};
use crate::report_buffer::{ReportBufferSettings, ReportBuffers};
use crate::sessions::{Session, Sessions};

/// The ways of relayed voice to where it is kept. What is kept of each session is the session's own.
pub(super) struct VoiceSinks {
    feed: Option<RecordingFeed>,
    buffers: ReportBuffers,
}

impl VoiceSinks {
    /// Nothing is recorded yet.
    pub(super) fn new(settings: ReportBufferSettings) -> Self {
        Self { feed: None, buffers: ReportBuffers::new(settings) }
    }

    /// The settings of reports.
    pub(super) fn settings(&self) -> &ReportBufferSettings {
        self.buffers.settings()
    }

    /// Keeps voice for reports for as long as these say from now on.
    pub(super) fn set_settings(&mut self, now: Instant, settings: ReportBufferSettings) {
        self.buffers.set_settings(now, settings);
    }

    /// Records sessions that begin to be recorded through this feed.
    pub(super) fn set_feed(&mut self, feed: Option<RecordingFeed>) {
        self.feed = feed;
    }

    /// Lets a session follow a feed that has changed.
    pub(super) fn follow_feed(&mut self, now: Instant, session: &mut Session) {
        let Session { recording, name, server, .. } = session;
        recording.change_feed(self.feed.as_mut(), now, name, server);
    }

    /// Begins to record a session.
    pub(super) fn record(&mut self, now: Instant, session: &mut Session) -> Result<(), RecordingRefusal> {
        let feed = self.feed.as_mut().ok_or(RecordingRefusal::NotSetUp)?;
        session.recording.start(feed, now, &session.name, &mut session.server)
    }

    /// Something has happened in a session: who speaks there.
    pub(super) fn handle_event(&mut self, now: Instant, session: &mut Session, event: &ServerEvent) {
        session.report_buffer.handle_event(event);
        if let Some(feed) = &mut self.feed {
            session.recording.handle_event(feed, now, &session.name, &mut session.server, event);
        }
    }

    /// Keeps voice that was passed on, as far as it is recorded or kept for reports.
    pub(super) fn keep(&mut self, now: Instant, session: &mut Session, packet: &[u8]) {
        if let Some(feed) = &mut self.feed {
            session.recording.record_voice(feed, now, &session.name, &mut session.server, packet);
        }
        self.buffers.keep(now, &mut session.report_buffer, &session.server, packet);
    }

    /// Whether a session wants all voice of its clients at other nodes, listeners or not.
    pub(super) fn wants_all_of(&self, session: &Session) -> bool {
        self.buffers.is_on() || session.wants_all_voice()
    }

    /// Removes speech that is too old for reports, if it is time to look for some.
    pub(super) fn forget_old(&mut self, now: Instant, sessions: &mut Sessions) {
        if self.buffers.next_sweep().is_some_and(|at| now >= at) {
            self.buffers.sweep(now, sessions.report_buffers());
        }
    }

    /// The time of the next look for old speech.
    pub(super) fn next_sweep(&self) -> Option<Instant> {
        self.buffers.next_sweep()
    }

    /// Bytes of voice that are in memory for reports, and frames that found no room.
    pub(super) fn buffered(&self) -> (usize, u64) {
        (self.buffers.bytes(), self.buffers.frames_dropped())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use consonance_session::SessionId;
    use tracing::Span;

    use super::*;
    use crate::sessions::SessionsSettings;

    #[test]
    fn without_a_feed_nothing_is_recorded_and_reports_alone_want_all_voice() {
        let mut sessions = Sessions::new(&SessionsSettings::new(["main"]).unwrap(), Span::none());
        sessions.start_configured("main", 0, SessionId(1));
        let (session, now) = (sessions.get_mut(0), Instant::now());
        let mut voices = VoiceSinks::new(ReportBufferSettings::default());
        assert_eq!(voices.record(now, session), Err(RecordingRefusal::NotSetUp));
        assert!(!voices.wants_all_of(session));
        let settings = ReportBufferSettings { last: Duration::from_secs(30), ..*voices.settings() };
        voices.set_settings(now, settings);
        assert!(voices.wants_all_of(session));
        assert_eq!(voices.buffered(), (0, 0));
    }
}
