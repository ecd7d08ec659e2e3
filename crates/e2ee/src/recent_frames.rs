//! Recently heard voice of each speaker, for a report.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use consonance_wire::names::NameKey;
use consonance_wire::{ClientId, MessageType, Packet};

use crate::{ReportedFrame, ReportedVoice};

/// The last frames of each speaker, in memory: at most thirty seconds, and a bounded number of bytes.
#[derive(Debug, Default)]
pub struct RecentFrames {
    /// By the speakers' names, as the server spells them.
    voices: BTreeMap<Box<str>, RecentVoice>,
    bytes: usize,
}

/// The recently heard voice of one player.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeardFrames {
    /// The frames, in the order of arrival.
    pub frames: Vec<ReportedFrame>,
    /// The player's signed statements about these frames: see [`SignedSpeech`](crate::SignedSpeech).
    pub statements: Vec<Vec<u8>>,
}

/// More than a statement with the maximum number of frames takes.
const STATEMENT_BYTES_MAX: usize = 4096;

#[derive(Debug, Default)]
struct RecentVoice {
    /// Each with its arrival time.
    frames: VecDeque<(Duration, Box<[u8]>)>,
    /// The speaker's statements with their arrival times; their bytes are few, and not counted.
    statements: VecDeque<(Duration, Vec<u8>)>,
    bytes: usize,
}

impl RecentFrames {
    /// The time for which a frame is kept.
    pub const KEPT: Duration = Duration::from_secs(30);
    /// Bytes of all frames together; beyond that, the oldest of the largest voice are dropped first.
    pub const BYTES_MAX: usize = 4 << 20;
    /// The maximum number of voices; frames of further ones are not kept.
    pub const VOICES_MAX: usize = 256;

    /// Keeps the frame of a voice packet for the client; ignores other packets.
    pub fn hear<'n>(&mut self, now: Duration, packet: &[u8], name_of: impl Fn(ClientId) -> Option<&'n str>) {
        if MessageType::peek(packet) != Ok(MessageType::VoiceData) {
            return;
        }
        let Ok(Packet::VoiceData(voice)) = Packet::parse(packet) else { return };
        let Some(name) = name_of(voice.sender) else { return };
        self.hear_frame(now, name, voice.frame);
    }

    /// Keeps an Opus frame that the player with this name has spoken.
    pub fn hear_frame(&mut self, now: Duration, speaker: &str, frame: &[u8]) {
        if !self.voices.contains_key(speaker) {
            if self.voices.len() >= Self::VOICES_MAX {
                self.forget_old(now);
            }
            if self.voices.len() >= Self::VOICES_MAX {
                return;
            }
            self.voices.insert(speaker.into(), RecentVoice::default());
        }
        let Some(voice) = self.voices.get_mut(speaker) else { return };
        let before = voice.bytes;
        voice.forget_before(now.saturating_sub(Self::KEPT));
        voice.bytes += cost(frame);
        voice.frames.push_back((now, frame.into()));
        self.bytes = self.bytes.saturating_sub(before) + voice.bytes;
        while self.bytes > Self::BYTES_MAX {
            let Some(largest) = self.voices.values_mut().max_by_key(|voice| voice.bytes) else { return };
            let before = largest.bytes;
            (0..largest.frames.len().div_ceil(8)).for_each(|_| largest.pop());
            self.bytes -= before - largest.bytes;
        }
    }

    /// Keeps a speaker's statement about its frames, if any of these are kept.
    pub fn note_statement(&mut self, now: Duration, speaker: &str, statement: Vec<u8>) {
        let Some(voice) = self.voices.get_mut(speaker).filter(|_| statement.len() <= STATEMENT_BYTES_MAX)
        else {
            return;
        };
        if voice.statements.len() == ReportedVoice::STATEMENTS_MAX {
            voice.statements.pop_front();
        }
        voice.statements.push_back((now, statement));
    }

    /// The voice of a player in the last thirty seconds; times count from the beginning of these.
    pub fn of(&mut self, now: Duration, speaker: &str) -> HeardFrames {
        self.forget_old(now);
        let begins = now.saturating_sub(Self::KEPT);
        let key = NameKey::of(speaker);
        let voice = self.voices.iter().find(|(name, _)| NameKey::of(name) == key);
        let voice = voice.map(|(_, voice)| voice);
        let frames = voice.into_iter().flat_map(|voice| &voice.frames);
        let heard = frames.map(|(at, frame)| ReportedFrame {
            at_sample: (at.saturating_sub(begins).as_micros() * 48 / 1000) as u32,
            opus: frame.clone(),
        });
        let statements = voice.into_iter().flat_map(|voice| &voice.statements);
        HeardFrames { frames: heard.collect(), statements: statements.map(|(_, it)| it.clone()).collect() }
    }

    /// The recent voice of these players, or of all if the list is empty, with their names; players without frames are
    /// left out.
    pub fn of_players(&mut self, now: Duration, players: Vec<String>) -> Vec<(String, HeardFrames)> {
        let players = if players.is_empty() { self.speakers(now) } else { players };
        let heard = players.into_iter().map(|name| (self.of(now, &name), name));
        heard.filter(|(heard, _)| !heard.frames.is_empty()).map(|(heard, name)| (name, heard)).collect()
    }

    /// The speakers of the last thirty seconds.
    pub fn speakers(&mut self, now: Duration) -> Vec<String> {
        self.forget_old(now);
        self.voices.keys().map(ToString::to_string).collect()
    }

    fn forget_old(&mut self, now: Duration) {
        let oldest = now.saturating_sub(Self::KEPT);
        self.voices.retain(|_, voice| {
            voice.forget_before(oldest);
            !voice.frames.is_empty()
        });
        self.bytes = self.voices.values().map(|voice| voice.bytes).sum();
    }
}

impl RecentVoice {
    fn forget_before(&mut self, oldest: Duration) {
        while self.frames.front().is_some_and(|(at, _)| *at < oldest) {
            self.pop();
        }
        self.statements.retain(|(at, _)| *at >= oldest);
    }

    fn pop(&mut self) {
        if let Some((_, frame)) = self.frames.pop_front() {
            self.bytes -= cost(&frame);
        }
    }
}

/// The memory that a frame takes, in bytes.
fn cost(frame: &[u8]) -> usize {
    frame.len() + size_of::<(Duration, Box<[u8]>)>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_thirty_seconds_of_a_speaker_are_kept() {
        let mut recent = RecentFrames::default();
        let second = Duration::from_secs(1);
        for number in 0..60 {
            recent.hear_frame(second * number, "Alice", &[number as u8; 10]);
        }
        let heard = recent.of(second * 60, "alice");
        let numbers: Vec<_> = heard.frames.iter().map(|frame| (frame.at_sample, frame.opus[0])).collect();
        assert_eq!(numbers, (0..30).map(|second| (second * 48_000, 30 + second as u8)).collect::<Vec<_>>());
        assert_eq!(recent.of(second * 60, "Bob"), HeardFrames::default());
        assert_eq!(recent.of(second * 91, "Alice"), HeardFrames::default());
        assert_eq!(recent.bytes, 0);
    }

    #[test]
    fn bytes_and_voices_have_a_bound() {
        let mut recent = RecentFrames::default();
        for number in 0..2 * RecentFrames::VOICES_MAX {
            let now = Duration::from_millis(number as u64);
            for _ in 0..100 {
                recent.hear_frame(now, &format!("player {number}"), &[7; 1000]);
                assert!(recent.bytes <= RecentFrames::BYTES_MAX);
            }
        }
        assert_eq!(recent.voices.len(), RecentFrames::VOICES_MAX);
        assert_eq!(recent.bytes, recent.voices.values().map(|voice| voice.bytes).sum::<usize>());
    }
}
