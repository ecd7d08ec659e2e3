//! Every word that was spoken or written, by the number that travels in its place of sound or text.

use std::collections::VecDeque;
use std::time::Duration;

use consonance_session::{ClientId, SessionId};

use crate::sim::clock::Time;
use crate::sim::numbers::{PlayerId, Room, Version};

/// The number of a word: the eight bytes that stand for a frame of voice, or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Probe(pub(crate) u64);

/// A frame of voice or a text message, and its recipients.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) probe: Probe,
    pub(crate) said: Time,
    pub(crate) from: PlayerId,
    pub(crate) session: SessionId,
    pub(crate) id: ClientId,
    /// The speaker's stay; `None` while the speaker's own tables are just being filled.
    pub(crate) stay: Option<Version>,
    pub(crate) to: Vec<Recipient>,
    /// The speaker's own tables were not just being filled: these are exactly the recipients.
    pub(crate) is_sure: bool,
    pub(crate) is_text: bool,
    /// The players that heard it.
    pub(crate) heard: Vec<PlayerId>,
}

/// One channel of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) target: WordTarget,
    /// The channel's last frame: a player that was not listening before need not start now.
    pub(crate) closing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordTarget {
    Room(Room),
    Player(ClientId),
}

/// The usual maximum.
pub(crate) const USUAL_LISTENERS: usize = 16;

/// The recent words; no packet is in flight for longer.
#[derive(Debug, Default)]
pub(crate) struct Words {
    recent: VecDeque<Word>,
    next: u64,
}

/// A text waits while its reader is cut off, and behind others.
const KEPT: Duration = Duration::from_secs(30);

impl Words {
    /// The number that the next word will have.
    pub(crate) fn next(&self) -> Probe {
        Probe(self.next)
    }

    pub(crate) fn add(&mut self, word: Word) {
        debug_assert_eq!(word.probe, self.next(), "words are numbered in order");
        self.recent.push_back(word);
        self.next += 1;
    }

    /// Forgets words that can no longer be heard.
    pub(crate) fn forget(&mut self, now: Time) {
        while self.recent.front().is_some_and(|word| word.said + KEPT < now) {
            self.recent.pop_front();
        }
    }

    pub(crate) fn get(&self, probe: Probe) -> Option<&Word> {
        let first = self.next - self.recent.len() as u64;
        self.recent.get(probe.0.checked_sub(first)? as usize)
    }

    pub(crate) fn get_mut(&mut self, probe: Probe) -> Option<&mut Word> {
        let first = self.next - self.recent.len() as u64;
        self.recent.get_mut(probe.0.checked_sub(first)? as usize)
    }
}
