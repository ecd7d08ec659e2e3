//! A channel of the bots: its speaker, and the frames and texts that have to arrive.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use consonance_mumble::Voice;

use super::BotCounts;
use crate::soak::honest_players::OPUS_20_MS;

#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: &'static str,
    pub(super) speaker: Option<usize>,
    pub(super) turn_ends_at: Instant,
    /// The newest text, until all have read it or it is too late.
    pub(super) text: Option<Text>,
    frames: u64,
    texts: u64,
}

#[derive(Debug)]
pub(super) struct Text {
    words: String,
    written_at: Instant,
    read: u64,
    /// Bots that have not read it so far.
    waiting: BTreeSet<usize>,
}

/// The limit for reading a text: it is delivered reliably, but by a server that may be busy.
const READ_WITHIN: Duration = Duration::from_secs(2);
const FRAME_BYTES: usize = 80;
/// A voice packet's number counts 10 ms.
const NUMBERS_PER_FRAME: u64 = 2;

impl Room {
    pub(super) fn new(name: &'static str, now: Instant) -> Self {
        Self { name, speaker: None, turn_ends_at: now, text: None, frames: 0, texts: 0 }
    }

    pub(super) fn begin(&mut self, until: Instant, speaker: usize) {
        self.turn_ends_at = until;
        self.speaker = Some(speaker);
    }

    /// The next frame, of the room of this number.
    pub(super) fn frame(&mut self, room: usize, is_last: bool) -> Voice<'static> {
        self.frames += 1;
        let mut frame = [0x5a; FRAME_BYTES];
        (frame[0], frame[1]) = (OPUS_20_MS, room as u8);
        let number = NUMBERS_PER_FRAME * self.frames;
        Voice { number, opus: frame.to_vec().into(), is_last, ..Voice::default() }
    }

    /// The number of the room that a frame was said in; none of the frame without sound that ends an utterance.
    pub(super) fn of_frame(opus: &[u8]) -> Option<usize> {
        (opus.len() == FRAME_BYTES).then(|| usize::from(opus[1]))
    }

    /// The next text, which these have to read.
    pub(super) fn write(&mut self, now: Instant, waiting: BTreeSet<usize>) -> String {
        self.texts += 1;
        let words = format!("{} {}", self.name, self.texts);
        self.text = Some(Text { words: words.clone(), written_at: now, read: 0, waiting });
        words
    }

    pub(super) fn note_read(&mut self, reader: usize, words: &str) {
        if let Some(text) = self.text.as_mut().filter(|text| text.words == words)
            && text.waiting.remove(&reader)
        {
            text.read += 1;
        }
    }

    /// Removes a reader that is gone.
    pub(super) fn forget(&mut self, reader: usize) {
        if let Some(text) = &mut self.text {
            text.waiting.remove(&reader);
        }
    }

    /// Counts the text as read or missed.
    pub(super) fn settle_text(&mut self, now: Instant, counts: &mut BotCounts) {
        let Some(text) = self.text.take().filter(|text| now >= text.written_at + READ_WITHIN) else { return };
        counts.texts_read += text.read;
        counts.texts_due += text.read + text.waiting.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_its_room_and_the_end_of_an_utterance_says_none() {
        let mut room = Room::new("hall", Instant::now());
        assert_eq!(Room::of_frame(&room.frame(7, false).opus), Some(7));
        assert_eq!(Room::of_frame(&[OPUS_20_MS]), None);
    }

    #[test]
    fn a_text_counts_for_those_that_stay() {
        let (now, mut counts) = (Instant::now(), BotCounts::default());
        let mut room = Room::new("hall", now);
        let words = room.write(now, [1, 2, 3, 4].into());
        room.note_read(1, &words);
        room.note_read(1, &words);
        room.note_read(2, "something else");
        room.forget(3);
        room.settle_text(now + READ_WITHIN, &mut counts);
        assert_eq!((counts.texts_read, counts.texts_due), (1, 3));
    }
}
