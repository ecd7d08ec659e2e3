//! The choice of the voice that gives way when more speak than are heard.
//!
//! A higher priority wins at once; among equals, the clearly louder voice wins, but not right after the other has
//! begun.

use core::cmp::Reverse;
use core::time::Duration;

use consonance_wire::Priority;

use crate::loudness::RecentLoudness;
use crate::time::Instant;

/// A voice that has become audible is not interrupted by a louder one for this long.
const TENURE: Duration = Duration::from_secs(1);

/// One of the voices that are heard.
#[derive(Clone, Copy, Debug)]
pub struct HeardVoice {
    /// The priority; a higher one wins.
    pub priority: Priority,
    /// Its recent loudness.
    pub loudness: RecentLoudness,
    began_at: Instant,
    spoke_at: Instant,
}

impl HeardVoice {
    /// A voice that is silent for this long gives way to others: longer than the pauses between words.
    pub const PAUSE: Duration = Duration::from_millis(500);

    /// A voice that becomes audible with a frame of this loudness, in steps of 1.37 dB; none if it is unknown.
    pub fn new(now: Instant, priority: Priority, loudness: Option<u8>) -> Self {
        let mut voice = Self { priority, loudness: RecentLoudness::default(), began_at: now, spoke_at: now };
        voice.note(now, loudness);
        voice
    }

    /// Notes speech of this loudness.
    pub fn note(&mut self, now: Instant, loudness: Option<u8>) {
        self.spoke_at = now;
        self.loudness.note(now, loudness);
    }

    /// The time of its last speech.
    pub fn spoke_at(&self) -> Instant {
        self.spoke_at
    }

    /// Whether it has been silent for [`PAUSE`](Self::PAUSE).
    pub fn is_silent(&self, now: Instant) -> bool {
        now.since(self.spoke_at) >= Self::PAUSE
    }

    /// The voice that gives way to one of this priority and loudness: of the weakest, the one that began last; none if
    /// all of them stay.
    pub fn weaker<K>(
        voices: impl Iterator<Item = (K, Self)> + Clone,
        now: Instant,
        priority: Priority,
        loudness: Option<u8>,
    ) -> Option<K> {
        let (weakest, voice) = Self::weakest(voices.clone(), now)?;
        if voice.priority < priority {
            return Some(weakest);
        }
        let gives_way = |(_, voice): &(K, Self)| {
            let both = voice.loudness.at(now).zip(loudness);
            voice.priority == priority
                && now.since(voice.began_at) >= TENURE
                && both.is_some_and(|(its_own, louder)| louder >= its_own + RecentLoudness::CLEARLY)
        };
        Self::weakest(voices.filter(gives_way), now).map(|(key, _)| key)
    }

    /// The voice that gives way if one has to: the one with the lowest priority, of these the quietest, and of equals
    /// the one that began last.
    pub fn weakest<K>(voices: impl Iterator<Item = (K, Self)>, now: Instant) -> Option<(K, Self)> {
        voices.min_by_key(|(_, voice)| {
            let loudness = voice.loudness.at(now).unwrap_or(RecentLoudness::TYPICAL);
            (voice.priority, loudness, Reverse(voice.began_at))
        })
    }
}
