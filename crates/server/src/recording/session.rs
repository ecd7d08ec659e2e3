//! The recording of one session, from the session loop's side.

use std::time::{Duration, Instant};

use consonance_session::{Server, ServerEvent};

use super::feed::{RecordingFeed, SessionTap};
use super::index::RecordingEndReason;

/// The recording of a session, if it is on. It costs nothing while it is off.
#[derive(Debug, Default)]
pub(crate) struct SessionRecording {
    tap: Option<SessionTap>,
    /// The disk was full, or worse; it may be better by then.
    not_before: Option<Instant>,
    wish: Wish,
}

/// The operator's wish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wish {
    /// To follow the configuration.
    #[default]
    AsConfigured,
    /// To record the session, even if it is not recorded just now, as after a full disk.
    Recorded,
    /// Not to record the session until all players have left.
    Unrecorded,
}

/// Why a recording cannot be started or stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingRefusal {
    /// No folder was set up.
    #[error(
        "recording is not configured: set recording.folder, and reload the settings or restart the server"
    )]
    NotSetUp,
    /// There is no such session.
    #[error("no such session")]
    NoSession,
    /// It is being recorded already.
    #[error("the session is already being recorded")]
    AlreadyRecorded,
    /// It is not being recorded, nor about to be after the disk was full.
    #[error("the session is not being recorded")]
    NotRecorded,
}

impl RecordingRefusal {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSetUp => "not-set-up",
            Self::NoSession => "no-session",
            Self::AlreadyRecorded => "already-recorded",
            Self::NotRecorded => "not-recorded",
        }
    }
}

impl SessionRecording {
    /// Whether it is being recorded now.
    pub(crate) fn is_on(&self) -> bool {
        self.tap.is_some()
    }

    /// Whether an operator wants it recorded, even if it is not just now.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.wish == Wish::Recorded
    }

    /// It is recorded as soon as a player joins, as if an operator had asked for it.
    pub(crate) fn ask(&mut self) {
        self.wish = Wish::Recorded;
    }

    /// Another process takes over the session.
    pub(crate) fn hand_over(&mut self) {
        if let Some(tap) = self.tap.take() {
            tap.close(RecordingEndReason::HandedOver);
            self.wish = Wish::AsConfigured;
        }
    }

    /// Moves the recording to another feed, adopts new settings, or ends it if there is no feed.
    pub(crate) fn change_feed(
        &mut self,
        feed: Option<&mut RecordingFeed>,
        now: Instant,
        session: &str,
        server: &mut Server,
    ) {
        self.not_before = None;
        if feed.is_none() && self.wish == Wish::Recorded {
            self.wish = Wish::AsConfigured;
        }
        if let Some(mut tap) = self.tap.take() {
            match feed.as_deref() {
                Some(feed) if self.is_wanted(feed, session) && feed.leads_to(&tap) => {
                    tap.change_feed();
                    self.tap = Some(tap);
                }
                _ => tap.close(RecordingEndReason::Reconfigured),
            }
        }
        if let Some(feed) = feed.filter(|_| server.clients() > 0) {
            self.begin_if_wanted(feed, now, session);
        }
        self.announce(server);
    }

    /// An operator wants it recorded.
    pub(crate) fn start(
        &mut self,
        feed: &mut RecordingFeed,
        now: Instant,
        session: &str,
        server: &mut Server,
    ) -> Result<(), RecordingRefusal> {
        if self.tap.is_some() {
            return Err(RecordingRefusal::AlreadyRecorded);
        }
        (self.wish, self.not_before) = (Wish::Recorded, None);
        self.tap = Some(feed.begin(now, session, true));
        self.announce(server);
        Ok(())
    }

    /// An operator wants it recorded no longer, until all players have left.
    pub(crate) fn stop(&mut self, server: &mut Server) -> Result<(), RecordingRefusal> {
        match self.tap.take() {
            Some(tap) => tap.close(RecordingEndReason::Stopped),
            None if self.is_asked_for() || self.not_before.is_some() => {}
            None => return Err(RecordingRefusal::NotRecorded),
        }
        (self.wish, self.not_before) = (Wish::Unrecorded, None);
        self.announce(server);
        Ok(())
    }

    /// Something happened in the session. The configuration's recordings begin when a player joins and end when all
    /// have left.
    pub(crate) fn handle_event(
        &mut self,
        feed: &mut RecordingFeed,
        now: Instant,
        session: &str,
        server: &mut Server,
        event: &ServerEvent,
    ) {
        match event {
            ServerEvent::ClientJoined { id, .. } => {
                if let Some(tap) = &mut self.tap {
                    tap.forget_speaker(*id);
                }
                self.begin_if_wanted(feed, now, session);
                self.announce(server);
            }
            ServerEvent::ClientLeft { id, .. } => {
                if let Some(tap) = &mut self.tap {
                    tap.forget_speaker(*id);
                }
                if server.clients() == 0 {
                    self.handle_empty();
                    self.announce(server);
                }
            }
            // In a session that another process began, clients may only resume, and none may ever join.
            ServerEvent::ClientResumed { .. } => {
                self.begin_if_wanted(feed, now, session);
                self.announce(server);
            }
            ServerEvent::EnteredRoom { room, .. } => {
                if let Some(tap) = &mut self.tap {
                    tap.forget_room(room);
                }
            }
            ServerEvent::Restarted { .. } => {
                if let Some(tap) = &mut self.tap {
                    tap.forget_all();
                }
            }
            _ => {}
        }
    }

    /// A packet of the session was relayed, as it came in.
    pub(crate) fn record_voice(
        &mut self,
        feed: &mut RecordingFeed,
        now: Instant,
        session: &str,
        server: &mut Server,
        packet: &[u8],
    ) {
        if let Some(goes_on) = self.tap.as_ref().and_then(|tap| tap.has_ended(now, feed.settings())) {
            self.follow(feed, now, session, goes_on);
            self.announce(server);
        } else if self.not_before.is_some() {
            self.begin_if_wanted(feed, now, session);
            self.announce(server);
        }
        if let Some(tap) = &mut self.tap {
            feed.record_voice(now, tap, packet, server);
        }
    }

    /// Players of ours are told as soon as it changes.
    fn announce(&self, server: &mut Server) {
        let (_, last_s) = server.tables().announced_recording();
        server.announcements().announce_recording(self.is_on(), last_s);
    }

    fn is_wanted(&self, feed: &RecordingFeed, session: &str) -> bool {
        match self.wish {
            Wish::AsConfigured => feed.settings().is_always_recorded(session),
            Wish::Recorded => true,
            Wish::Unrecorded => false,
        }
    }

    fn begin_if_wanted(&mut self, feed: &mut RecordingFeed, now: Instant, session: &str) {
        let is_time = self.not_before.is_none_or(|at| now >= at);
        if self.tap.is_none() && is_time && self.is_wanted(feed, session) {
            self.not_before = None;
            self.tap = Some(feed.begin(now, session, self.is_asked_for()));
        }
    }

    /// A recording has ended by itself.
    fn follow(&mut self, feed: &mut RecordingFeed, now: Instant, session: &str, goes_on: bool) {
        let Some(tap) = self.tap.take() else { return };
        tap.close(RecordingEndReason::DurationReached);
        if goes_on {
            self.tap = Some(feed.begin(now, session, self.is_asked_for()));
        } else {
            self.not_before = Some(now + PATIENCE);
        }
    }

    fn handle_empty(&mut self) {
        if self.is_asked_for() {
            return;
        }
        self.wish = Wish::AsConfigured;
        if let Some(tap) = self.tap.take() {
            tap.close(RecordingEndReason::Empty);
        }
    }
}

/// How long after a recording that could not go on the next one is tried.
const PATIENCE: Duration = Duration::from_mins(1);
