//! Every word that was spoken or written, by the number that travels in its place of sound or text.

use std::collections::VecDeque;

use consonance_session::{ClientId, SessionId};

use crate::model::{Room, Version};
use crate::network::Who;

/// The number of a word: the eight bytes that stand for a frame of voice, or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Probe(pub(crate) u64);

/// A frame of voice or a text message, and whom it is for.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) probe: Probe,
    pub(crate) from: Who,
    pub(crate) session: SessionId,
    pub(crate) id: ClientId,
    /// Which stay of the speaker it was; `None` while the speaker's own tables are just being filled.
    pub(crate) stay: Option<Version>,
    pub(crate) to: Vec<Recipient>,
    pub(crate) is_text: bool,
    /// Who heard it.
    pub(crate) heard: Vec<Who>,
}

/// One channel of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) target: Target,
    /// The channel's last frame: who was not listening before need not start now.
    pub(crate) closing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Room(Room),
    Player(ClientId),
}

/// The words of the last while. Unreliable packets are not late by more, and who waits for a text longer is not
/// checked.
#[derive(Debug, Default)]
pub(crate) struct Words {
    recent: VecDeque<Word>,
    next: u64,
}

/// Enough for 250 speakers during some seconds.
const KEPT: usize = 1 << 16;

impl Words {
    /// The number that the next word will have.
    pub(crate) fn next(&self) -> Probe {
        Probe(self.next)
    }

    pub(crate) fn add(&mut self, word: Word) {
        debug_assert_eq!(word.probe, self.next(), "words are numbered in order");
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back(word);
        self.next += 1;
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
