//! Every frame and every text, by the number that travels in its place.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::player::Room;

/// A frame of voice or a text.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) number: u64,
    pub(super) said: Instant,
    pub(super) by: usize,
    pub(super) session: &'static str,
    pub(super) room: Room,
    /// Rooms to which the speaker spoke before.
    pub(super) also: Vec<Room>,
    pub(super) is_text: bool,
    /// The players that have to hear it if nothing comes between, each with the number of its changes.
    pub(super) listeners: Vec<(usize, u32)>,
    /// The changes of the speaker.
    pub(super) changes: u32,
    /// The players that heard it, each over which of its links.
    pub(super) heard: BTreeMap<usize, u32>,
}

/// The recent words.
#[derive(Debug, Default)]
pub(super) struct Words {
    recent: VecDeque<Word>,
    next: u64,
    /// The next word to be judged, of voice and of text.
    judged: [u64; 2],
}

/// A text waits for the next owner of its session, and behind others.
const KEPT: Duration = Duration::from_secs(40);

impl Words {
    /// The number of the next word.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn add(&mut self, word: Word) {
        while self.recent.front().is_some_and(|first| word.said.duration_since(first.said) > KEPT) {
            self.recent.pop_front();
        }
        self.next += 1;
        self.recent.push_back(word);
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Word> {
        let first = self.next - self.recent.len() as u64;
        self.recent.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// The next word of this kind that was said before then, once each.
    pub(super) fn pop_due(&mut self, is_text: bool, before: Instant) -> Option<Word> {
        let first = self.next - self.recent.len() as u64;
        let next = &mut self.judged[usize::from(is_text)];
        loop {
            *next = (*next).max(first);
            let word = self.recent.get(usize::try_from(*next - first).ok()?)?;
            if word.said > before {
                return None;
            }
            *next += 1;
            if word.is_text == is_text {
                return Some(word.clone());
            }
        }
    }
}
