//! A game with a voice chat, which keeps all events and all sound.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use consonance::{End, Event, EventKind, FrameTrace, VoiceChat, VoiceChatBuilder, VoiceStatistics};
use consonance_testing::sound::{ALIKE, likeness};

use crate::ear::Ear;
use crate::place;

/// How long anything may take. Generous: machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A running voice chat with an ear for its output.
pub(crate) struct Player {
    pub(crate) voice: VoiceChat,
    pub(crate) ear: Ear,
    pub(crate) traces: Vec<FrameTrace>,
    seen: Vec<Event>,
}

impl Player {
    /// Starts a chat and waits until the player is in the session.
    pub(crate) fn join(name: &str, chat: VoiceChatBuilder) -> Self {
        let mut player = Self::start(name, chat);
        player.until(&EventKind::PlayersSynced);
        player
    }

    /// Starts a chat, which may fail to join.
    pub(crate) fn start(name: &str, chat: VoiceChatBuilder) -> Self {
        place::take();
        let ear = Ear::default();
        let voice = chat.name(name).output(Box::new(ear.clone())).start().unwrap();
        Self { voice, ear, traces: Vec::new(), seen: Vec::new() }
    }

    /// Waits for an event that occurs now, or has occurred since [`forget`](Self::forget).
    pub(crate) fn until(&mut self, expected: &EventKind) -> Event {
        self.until_some(&format!("{expected:?}"), |kind| kind == expected)
    }

    /// Waits for a session to be lost.
    pub(crate) fn until_lost(&mut self) {
        self.until_some("ConnectionLost", |kind| matches!(kind, EventKind::ConnectionLost { .. }));
    }

    /// Waits for the end of the chat; returns its reason.
    pub(crate) fn until_ended(&mut self) -> End {
        let event = self.until_some("Ended", |kind| matches!(kind, EventKind::Ended(_)));
        match event.kind {
            EventKind::Ended(end) => end,
            other => panic!("{other:?} is no end"),
        }
    }

    /// Waits until a player has spoken to the end; all of it must have been heard.
    pub(crate) fn assert_hears(&mut self, speaker: &str, spoken: &[f32]) {
        self.until(&stopped_speaking(speaker));
        // The jitter buffer still holds some sound: after stalls up to 600 ms.
        self.ear.listen_for(0.8);
        let likeness = likeness(spoken, &self.ear.samples());
        assert!(likeness > ALIKE, "{likeness} of {speaker}");
    }

    /// Whether an event has occurred since [`forget`](Self::forget).
    pub(crate) fn has_seen(&mut self, kind: &EventKind) -> bool {
        self.has_seen_some(|seen| seen == kind)
    }

    /// The same for any event that satisfies `is_it`.
    pub(crate) fn has_seen_some(&mut self, is_it: impl Fn(&EventKind) -> bool) -> bool {
        self.look(Duration::ZERO);
        self.seen.iter().any(|event| is_it(&event.kind))
    }

    /// When the last frame of a player came in, if the chat traces frames.
    pub(crate) fn last_received_from(&mut self, name: &str) -> Instant {
        self.look(Duration::ZERO);
        let received = self.traces.iter().filter_map(|trace| match trace {
            FrameTrace::Received { speaker, at, .. } if speaker == name => Some(*at),
            _ => None,
        });
        received.max().unwrap()
    }

    /// Waits until the chat's counters satisfy a condition.
    pub(crate) fn until_counted(
        &self,
        what: &str,
        mut is_so: impl FnMut(&VoiceStatistics) -> bool,
    ) -> Arc<VoiceStatistics> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let statistics = self.voice.statistics();
            if is_so(&statistics) {
                return statistics;
            }
            assert!(Instant::now() < deadline, "never: {what}; {:?}", statistics.session);
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Leaves; returns the final counters of the chat.
    pub(crate) fn counted_until_the_end(&self) -> Arc<VoiceStatistics> {
        self.voice.stop();
        let deadline = Instant::now() + PATIENCE;
        while self.voice.is_running() {
            assert!(Instant::now() < deadline, "the chat does not end");
            thread::sleep(POLL_INTERVAL);
        }
        self.voice.statistics()
    }

    /// Forgets all earlier events.
    pub(crate) fn forget(&mut self) {
        self.look(Duration::ZERO);
        self.seen.clear();
    }

    /// Waits for any event that satisfies `is_it`.
    pub(crate) fn until_some(&mut self, what: &str, is_it: impl Fn(&EventKind) -> bool) -> Event {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(event) = self.seen.iter().find(|event| is_it(&event.kind)) {
                return event.clone();
            }
            assert!(Instant::now() < deadline, "never seen: {what}, only {:?}", self.seen);
            self.look(Duration::from_millis(100));
        }
    }

    /// Takes the queued events, or waits for one if there is none.
    fn look(&mut self, at_most: Duration) {
        self.seen.extend(self.voice.wait_event(at_most));
        self.seen.extend(std::iter::from_fn(|| self.voice.poll_event()));
        self.traces.extend(std::iter::from_fn(|| self.voice.poll_trace()));
    }
}

pub(crate) fn linked(name: &str) -> EventKind {
    EventKind::DirectLinkMade { name: name.into() }
}

pub(crate) fn unlinked(name: &str) -> EventKind {
    EventKind::DirectLinkLost { name: name.into() }
}

pub(crate) fn joined(name: &str) -> EventKind {
    EventKind::PlayerJoined { name: name.into() }
}

pub(crate) fn left(name: &str) -> EventKind {
    EventKind::PlayerLeft { name: name.into() }
}

pub(crate) fn entered(name: &str, room: &str) -> EventKind {
    EventKind::EnteredRoom { name: name.into(), room: room.into() }
}

pub(crate) fn started_speaking(name: &str) -> EventKind {
    EventKind::StartedSpeaking { name: name.into() }
}

pub(crate) fn stopped_speaking(name: &str) -> EventKind {
    EventKind::StoppedSpeaking { name: name.into() }
}

pub(crate) fn exited(name: &str, room: &str) -> EventKind {
    EventKind::ExitedRoom { name: name.into(), room: room.into() }
}
