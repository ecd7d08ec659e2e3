//! Repeats the introduction of the local player, on networks where it may get lost.

use std::time::{Duration, Instant};

/// The player's latest introduction, and the time of its next repetition.
#[derive(Debug, Default)]
pub(crate) struct Introductions {
    every: Option<Duration>,
    last: Vec<u8>,
    due: Option<Instant>,
}

impl Introductions {
    pub(crate) fn new(every: Option<Duration>) -> Self {
        Self { every, ..Self::default() }
    }

    /// Notes that the player has just sent this introduction.
    pub(crate) fn note(&mut self, now: Instant, packet: &[u8]) {
        if let Some(every) = self.every {
            if self.last != packet {
                self.last.clear();
                self.last.extend_from_slice(packet);
                self.due = None;
            }
            self.due.get_or_insert(now + every);
        }
    }

    /// The introduction, if its repetition to all is due.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<&[u8]> {
        let every = self.every?;
        if self.due? > now {
            return None;
        }
        self.due = Some(now + every);
        Some(&self.last)
    }

    /// Forgets the introduction: the player is in no session, so it has no id.
    pub(crate) fn forget(&mut self) {
        self.due = None;
        self.last.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(23);

    #[test]
    fn it_is_said_again_and_again_until_the_session_ends() {
        let (mut introductions, start) = (Introductions::new(Some(EVERY)), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(introductions.take_due(at(100)), None, "nothing was said yet");
        introductions.note(start, b"I am 1");
        introductions.note(at(10), b"I am 1");
        assert_eq!(introductions.take_due(at(22)), None);
        assert_eq!(introductions.take_due(at(23)), Some(&b"I am 1"[..]));
        assert_eq!(introductions.take_due(at(45)), None);
        introductions.note(at(45), b"I am 2");
        assert_eq!(introductions.take_due(at(67)), None);
        assert_eq!(introductions.take_due(at(68)), Some(&b"I am 2"[..]));
        introductions.forget();
        assert_eq!(introductions.take_due(at(1000)), None);
    }

    #[test]
    fn once_is_enough_where_nothing_gets_lost() {
        let (mut introductions, start) = (Introductions::new(None), Instant::now());
        introductions.note(start, b"I am 1");
        assert_eq!(introductions.take_due(start + 100 * EVERY), None);
    }
}
