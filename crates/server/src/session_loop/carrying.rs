//! Carries out what sessions ask for: sends packets, closes links, notifies observers.

mod arrivals;
mod draining;
mod events;
mod holding;
mod server_list;

pub(super) use arrivals::Entered;

use std::time::Instant;

use consonance_session::{Instant as SessionInstant, LinkCommand};

use super::SessionLoop;
use super::following::Following;
use super::worker_state::WorkerState;
use crate::recording::RecordingFeed;
use crate::sessions::Session;

/// The sessions of a worker and what their wishes reach, at one moment.
pub(crate) struct Carrying<'l> {
    now: Instant,
    at: SessionInstant,
    state: &'l mut WorkerState,
}

impl SessionLoop {
    /// The sessions, to do something with them at this moment and carry out what follows.
    #[inline]
    pub(crate) fn carrying(&mut self, now: Instant) -> Carrying<'_> {
        Carrying { now, at: self.state.clock.at(now), state: &mut self.state }
    }
}

impl Carrying<'_> {
    /// Does something with every session, and everything that it wants done then.
    pub(super) fn with_each(&mut self, mut act: impl FnMut(&mut Session, SessionInstant)) {
        for index in self.state.sessions.indices() {
            act(self.state.sessions.get_mut(index), self.at);
            self.drain(index);
        }
    }

    /// The same with one session. `None` if it is not here.
    pub(super) fn with<R>(
        &mut self,
        session: &str,
        act: impl FnOnce(&mut Session, SessionInstant) -> R,
    ) -> Option<R> {
        let index = self.state.sessions.find(session)?;
        let done = act(self.state.sessions.get_mut(index), self.at);
        self.drain(index);
        Some(done)
    }

    /// Ends every session: all players leave, and observers are notified.
    pub(super) fn stop_all(&mut self) {
        for index in self.state.sessions.indices() {
            self.state.sessions.get_mut(index).server.stop();
            self.drain(index);
            self.state.watchers.tell_ended(&self.state.sessions.get_mut(index).name);
        }
    }

    /// Ends a session that has been empty for a while, unless a client is on the way to it.
    pub(super) fn end(&mut self, index: usize) {
        let name = &self.state.sessions.get_mut(index).name;
        if !self.state.directory.end(name) {
            self.state.sessions.keep(index);
        } else if let Some(session) = self.state.sessions.remove(index) {
            // Its recording, if there is one, ends with it.
            self.state.watchers.tell_ended(&session.name);
        }
    }

    /// Applies the present decisions about its rooms to a session. False if it is not here.
    pub(crate) fn follow_rooms(&mut self, session: &str) -> bool {
        let Some(index) = self.state.sessions.find(session) else { return false };
        self.state.sessions.follow_rooms(index);
        self.drain(index);
        true
    }

    /// Records sessions through another feed from now on, or not at all: it may lead elsewhere, or have other
    /// settings. Recordings in progress continue if they are still wanted, in the same files if these are still right.
    pub(crate) fn change_recording_feed(&mut self, feed: Option<RecordingFeed>) {
        self.state.voices.set_feed(feed);
        for index in self.state.sessions.indices() {
            self.state.voices.follow_feed(self.now, self.state.sessions.get_mut(index));
            self.drain(index);
        }
    }

    /// Does everything that a session wants done.
    pub(super) fn drain(&mut self, index: usize) {
        self.carry_out(index);
        while self.answer_probes(index) {
            self.carry_out(index);
        }
        let WorkerState { sessions, networks, directory, copies, voices, .. } = &mut *self.state;
        let mut following = Following::new(sessions, networks, directory, copies.as_mut());
        following.tell_changes(index, |session| voices.wants_all_of(session));
    }

    /// Tells a session when the peers that it asks about were last heard. False if it asked about none.
    fn answer_probes(&mut self, index: usize) -> bool {
        let mut has_asked = false;
        while let Some(link) = self.state.sessions.get_mut(index).server.poll_probe() {
            let heard = self.state.networks.probe(self.now, link).map(|heard| self.state.clock.at(heard));
            self.state.sessions.get_mut(index).server.handle_heard(self.at, link, heard);
            has_asked = true;
        }
        has_asked
    }

    /// Sends a session's packets, closes its links, and reports its events.
    fn carry_out(&mut self, index: usize) {
        self.dispatch_events(index);
        let session = self.state.sessions.get_mut(index);
        while let Some(transmit) = session.server.poll_transmit() {
            self.state.networks.send(self.now, &transmit);
        }
        while let Some(command) = session.leaving.next_command(&mut session.server) {
            if let LinkCommand::Close { link, reason, reads_notice } = command {
                let reason = self.state.join_handler.note_closing(self.now, session, link, &reason);
                let notice_in = reads_notice.then(|| session.server.session());
                self.state.networks.reject(self.now, link, &reason, notice_in);
            }
        }
        self.dispatch_events(index);
    }
}
