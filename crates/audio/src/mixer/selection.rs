//! The choice of decoded speakers when there are more than the mixer decodes: the loudest at the listener's ear.
//!
//! The level of an undecoded speaker is unknown, so one of them per block has a frame decoded that is not heard (an
//! audition), starting with those not auditioned for longest. With 20 of them each has its turn every 200 ms, and so a
//! whisper that becomes a shout is found.

use std::collections::BTreeMap;

use super::SpeakerKey;
use super::scene::Scene;
use super::speaker::Speaker;
use crate::block::SamplePosition;

/// By how much, 6 dB, a speaker has to be louder to replace another, so that equals do not alternate.
const HYSTERESIS: f32 = 2.0;

/// No speaker is louder than this, so one that could not be chosen with it need not be auditioned.
const LOUDEST_RMS: f32 = 1.0;

/// An audible speaker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    pub(super) key: SpeakerKey,
    /// Whether it is already decoded.
    pub(super) was_chosen: bool,
    /// From the decoder to the ear: volume, channel, distance.
    pub(super) gain: f32,
    /// How loud it was recently.
    pub(super) rms: f32,
    /// When that was measured, if ever.
    pub(super) heard_at: Option<SamplePosition>,
    /// There is a packet to listen to.
    pub(super) can_be_auditioned: bool,
}

impl Candidate {
    /// The loudness for the comparison: a decoded speaker counts as louder.
    fn weight(&self) -> f32 {
        self.gain * self.rms * if self.was_chosen { HYSTERESIS } else { 1.0 }
    }
}

/// Chooses again in every block, without asking for memory unless there are more speakers than ever.
#[derive(Debug)]
pub(super) struct Selection {
    most: usize,
    candidates: Vec<Candidate>,
}

impl Selection {
    /// Up to `most` are chosen, and at least one.
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), candidates: Vec::new() }
    }

    /// Marks the speakers to decode, and returns the one to audition.
    pub(super) fn choose(
        &mut self,
        speakers: &mut BTreeMap<SpeakerKey, Speaker>,
        scene: &Scene,
    ) -> Option<SpeakerKey> {
        self.candidates.clear();
        self.candidates.reserve(speakers.len());
        let candidates = speakers.iter_mut().filter_map(|(&key, speaker)| speaker.candidate(key, scene));
        self.candidates.extend(candidates);
        let (chosen, others) = loudest(&mut self.candidates, self.most);
        for candidate in chosen {
            speakers.entry(candidate.key).and_modify(Speaker::choose);
        }
        audition(chosen, others)
    }
}

/// Splits the candidates into the loudest and the others. Of equals the one with the lower key is louder.
fn loudest(candidates: &mut [Candidate], most: usize) -> (&[Candidate], &[Candidate]) {
    if candidates.len() > most {
        candidates.select_nth_unstable_by(most - 1, |a, b| {
            b.weight().total_cmp(&a.weight()).then(a.key.cmp(&b.key))
        });
    }
    let (chosen, others) = candidates.split_at(most.min(candidates.len()));
    (chosen, others)
}

/// The speaker not auditioned for longest, among those that can be loud enough.
fn audition(chosen: &[Candidate], others: &[Candidate]) -> Option<SpeakerKey> {
    let quietest = chosen.iter().map(Candidate::weight).fold(f32::INFINITY, f32::min);
    let worthwhile =
        others.iter().filter(|other| other.can_be_auditioned && other.gain * LOUDEST_RMS > quietest);
    worthwhile.min_by_key(|other| (other.heard_at, other.key)).map(|other| other.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(key: u32, rms: f32, was_chosen: bool) -> Candidate {
        let heard_at = Some(SamplePosition(u64::from(100 - key)));
        Candidate { key: SpeakerKey(key), was_chosen, gain: 1.0, rms, heard_at, can_be_auditioned: true }
    }

    /// The chosen speakers, by key, and the auditioned one.
    fn choose(candidates: &[Candidate], most: usize) -> (Vec<u32>, Option<u32>) {
        let mut candidates = candidates.to_vec();
        let (chosen, others) = loudest(&mut candidates, most);
        let mut keys: Vec<u32> = chosen.iter().map(|candidate| candidate.key.0).collect();
        keys.sort_unstable();
        (keys, audition(chosen, others).map(|key| key.0))
    }

    #[test]
    fn all_are_chosen_while_there_is_room() {
        let two = [candidate(1, 0.1, false), candidate(2, 0.0, false)];
        assert_eq!(choose(&two, 2), (vec![1, 2], None));
        assert_eq!(choose(&[], 2), (vec![], None));
    }

    #[test]
    fn the_loudest_at_the_ear_are_chosen() {
        let far = Candidate { gain: 0.1, ..candidate(3, 0.9, false) };
        let near = candidate(4, 0.1, false);
        assert_eq!(choose(&[candidate(1, 0.2, false), far, near], 2).0, [1, 4]);
    }

    #[test]
    fn a_decoded_speaker_stays_until_another_is_twice_as_loud() {
        let with = |rms| choose(&[candidate(1, 0.1, true), candidate(2, rms, false)], 1).0;
        assert_eq!(with(0.19), [1]);
        assert_eq!(with(0.21), [2]);
    }

    #[test]
    fn equals_are_chosen_in_order() {
        let equals: Vec<Candidate> = (0..10).rev().map(|key| candidate(key, 0.1, false)).collect();
        assert_eq!(choose(&equals, 3).0, [0, 1, 2]);
    }

    #[test]
    fn the_speaker_unheard_for_longest_is_auditioned_if_it_has_a_chance() {
        let chosen = candidate(1, 0.3, true);
        let (recent, long_ago) = (candidate(2, 0.01, false), candidate(3, 0.01, false));
        let never = Candidate { heard_at: None, ..candidate(4, 0.01, false) };
        let far = Candidate { gain: 0.5, heard_at: None, ..candidate(5, 0.01, false) };
        let heard_already = Candidate { can_be_auditioned: false, ..candidate(6, 0.01, false) };
        assert_eq!(choose(&[chosen, recent, long_ago], 1), (vec![1], Some(3)));
        assert_eq!(choose(&[chosen, recent, long_ago, never], 1), (vec![1], Some(4)));
        assert_eq!(choose(&[chosen, recent, far, heard_already], 1), (vec![1], Some(2)));
        assert_eq!(choose(&[chosen, far], 1), (vec![1], None));
    }
}
