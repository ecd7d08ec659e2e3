//! The assignment of speakers to a page's slots, the tracks that it plays.

use std::time::Duration;

use consonance_session::{ClientId, HeardVoice, Instant, Priority};

use crate::control::{Amplitude, ToPage};

/// The most slots that a page has.
pub const SLOTS_MAX: usize = 16;

/// How long a speaker keeps its slot after it has stopped, if no other needs it.
const KEPT: Duration = Duration::from_secs(2);
/// The shortest interval of messages about a slot's properties.
const RETOLD_AFTER: Duration = Duration::from_millis(100);

/// All slots of one page.
#[derive(Debug)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    /// How many of them can play an active speaker at the same time.
    carried: usize,
}

/// The properties of a frame that matter here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    pub(super) playing: Playing,
    pub(super) loudness: Option<u8>,
    /// Whether it contains speech.
    pub(super) has_speech: bool,
}

/// How to play a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Playing {
    pub(super) positional: bool,
    pub(super) amplitude: Amplitude,
    pub(super) priority: Priority,
}

#[derive(Debug, Default)]
struct Slot {
    holder: Option<Holder>,
    /// The state that the page was last told.
    told: Option<(ClientId, Playing)>,
    told_at: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    speaker: ClientId,
    playing: Playing,
    voice: HeardVoice,
    stopped_at: Option<Instant>,
}

impl Slots {
    /// Makes this many empty slots, at most [`SLOTS_MAX`].
    pub(super) fn new(count: usize) -> Self {
        let slots = std::iter::repeat_with(Slot::default).take(count.min(SLOTS_MAX)).collect();
        Self { slots, carried: usize::MAX }
    }

    /// Sets how many voices the path to the page carries: the weakest speakers beyond that lose their slots.
    pub(super) fn carry(&mut self, now: Instant, voices: usize) {
        self.carried = voices;
        while self.speaking(now).count() > voices
            && let Some((weakest, _)) = HeardVoice::weakest(self.speaking(now), now)
        {
            self.slots[weakest].holder = None;
        }
    }

    /// How many voices the path to the page carries, if that is fewer than there are slots.
    pub(super) fn carried(&self) -> Option<usize> {
        (self.carried < self.slots.len()).then_some(self.carried)
    }

    /// The slot for a frame of this speaker, and whether it was assigned just now; `None` if it has no slot.
    pub(super) fn place(&mut self, now: Instant, speaker: ClientId, frame: Traits) -> Option<(usize, bool)> {
        let own = self.slot_of(speaker);
        let Some(holder) = own.and_then(|own| self.slots[own].holder) else {
            let slot = self.slot_for_newcomer(now, frame)?;
            self.slots[slot].holder = Some(Holder::new(now, speaker, frame));
            return Some((slot, true));
        };
        let resumes = holder.is_silent(now) && frame.has_speech;
        if resumes && self.is_full(now) {
            let weaker = self.weaker(now, frame)?;
            self.slots[weaker].holder = None;
        }
        let own = own?;
        self.slots[own].holder.as_mut()?.note(now, frame);
        Some((own, false))
    }

    /// Whether as many players speak as the path to the page carries.
    pub(super) fn is_full(&self, now: Instant) -> bool {
        self.carried().is_some_and(|carried| self.speaking(now).count() >= carried)
    }

    /// Notes that a speaker has stopped.
    pub(super) fn stop(&mut self, now: Instant, speaker: ClientId) {
        if let Some(own) = self.slot_of(speaker)
            && let Some(holder) = &mut self.slots[own].holder
        {
            holder.stopped_at.get_or_insert(now);
        }
    }

    /// Frees the slot of a speaker that is no longer to be heard.
    pub(super) fn free_from(&mut self, speaker: ClientId) {
        if let Some(own) = self.slot_of(speaker) {
            self.slots[own].holder = None;
        }
    }

    /// Handles the passing of time: speakers that have been silent for long lose their slots.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        for slot in &mut self.slots {
            slot.holder = slot.holder.filter(|holder| holder.kept_until().is_none_or(|until| now < until));
        }
    }

    /// The time at which a slot becomes free.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.slots.iter().filter_map(|slot| slot.holder?.kept_until()).min()
    }

    /// The next slot whose state differs from what the page was told.
    pub(super) fn poll_change(&mut self, now: Instant) -> Option<ToPage> {
        let nth = self.slots.iter().position(|slot| slot.is_to_be_told(now))?;
        let slot = &mut self.slots[nth];
        slot.told = slot.holder.map(|holder| (holder.speaker, holder.playing));
        slot.told_at = now;
        Some(to_page(nth, slot.told))
    }

    /// Forgets what the page was told about its slots.
    pub(super) fn tell_again(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.told = None);
    }

    /// Whether a speaker has a slot.
    pub(super) fn plays(&self, speaker: ClientId) -> bool {
        self.slot_of(speaker).is_some()
    }

    pub(super) fn count(&self) -> usize {
        self.slots.len()
    }

    fn slot_of(&self, speaker: ClientId) -> Option<usize> {
        self.slots.iter().position(|slot| slot.holder.is_some_and(|holder| holder.speaker == speaker))
    }

    /// The slot for a frame of a speaker without one.
    fn slot_for_newcomer(&self, now: Instant, frame: Traits) -> Option<usize> {
        if !frame.has_speech {
            return None;
        }
        let free = if self.is_full(now) { None } else { self.free(now) };
        free.or_else(|| self.weaker(now, frame))
    }

    /// An empty slot, or else that of the speaker that has been silent for the longest.
    fn free(&self, now: Instant) -> Option<usize> {
        let empty = self.slots.iter().position(|slot| slot.holder.is_none());
        empty.or_else(|| {
            let silent = |nth: &usize| self.slots[*nth].holder.is_some_and(|holder| holder.is_silent(now));
            let spoke_at = |nth: &usize| self.slots[*nth].holder.map(|holder| holder.voice.spoke_at());
            (0..self.slots.len()).filter(silent).min_by_key(spoke_at)
        })
    }

    /// The slot of the weakest, if it gives way to a frame like this.
    fn weaker(&self, now: Instant, frame: Traits) -> Option<usize> {
        HeardVoice::weaker(self.speaking(now), now, frame.playing.priority, frame.loudness)
    }

    fn speaking(&self, now: Instant) -> impl Iterator<Item = (usize, HeardVoice)> + Clone {
        let speaking = move |slot: &Slot| slot.holder.filter(|holder| !holder.is_silent(now));
        self.slots.iter().enumerate().filter_map(move |(nth, slot)| Some((nth, speaking(slot)?.voice)))
    }
}

impl Slot {
    /// A change of the slot's speaker is reported at once; changes of its properties, at intervals.
    fn is_to_be_told(&self, now: Instant) -> bool {
        match (self.told, self.holder) {
            (None, None) => false,
            (Some((told, playing)), Some(holder)) if told == holder.speaker => {
                playing != holder.playing && now.since(self.told_at) >= RETOLD_AFTER
            }
            _ => true,
        }
    }
}

impl Holder {
    fn new(now: Instant, speaker: ClientId, frame: Traits) -> Self {
        let voice = HeardVoice::new(now, frame.playing.priority, frame.loudness);
        Self { speaker, playing: frame.playing, voice, stopped_at: None }
    }

    fn note(&mut self, now: Instant, frame: Traits) {
        self.playing = frame.playing;
        self.voice.priority = frame.playing.priority;
        self.stopped_at = None;
        if frame.has_speech {
            self.voice.note(now, frame.loudness);
        }
    }

    fn is_silent(&self, now: Instant) -> bool {
        self.stopped_at.is_some() || self.voice.is_silent(now)
    }

    fn kept_until(&self) -> Option<Instant> {
        self.stopped_at.map(|stopped| stopped + KEPT)
    }
}

fn to_page(slot: usize, playing: Option<(ClientId, Playing)>) -> ToPage {
    let slot = slot as u8;
    let Some((speaker, Playing { positional, amplitude, priority })) = playing else {
        let (amplitude, priority) = (Amplitude::ONE, Priority::Default);
        return ToPage::Slot { slot, player: None, positional: false, amplitude, priority };
    };
    ToPage::Slot { slot, player: Some(speaker.0), positional, amplitude, priority }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn frame(priority: Priority, loudness: u8) -> Traits {
        let playing = Playing { positional: false, amplitude: Amplitude::ONE, priority };
        Traits { playing, loudness: Some(loudness), has_speech: true }
    }

    /// Speakers 0, 1, 2 … in as many slots, at the time 0.
    fn taken(count: u16, loudness: u8) -> Slots {
        let mut slots = Slots::new(count.into());
        for id in 0..count {
            let plain = frame(Priority::Default, loudness);
            assert_eq!(slots.place(at(0), ClientId(id), plain), Some((id.into(), true)));
        }
        slots
    }

    fn place(slots: &mut Slots, millis: u64, id: u16, traits: Traits) -> Option<usize> {
        slots.place(at(millis), ClientId(id), traits).map(|(slot, _)| slot)
    }

    #[test]
    fn a_speaker_keeps_its_slot_while_it_speaks_and_two_seconds_after() {
        let mut slots = taken(2, 30);
        slots.stop(at(1000), ClientId(0));
        assert_eq!(slots.poll_timeout(), Some(at(3000)));
        slots.handle_timeout(at(2999));
        assert_eq!(place(&mut slots, 2999, 0, frame(Priority::Default, 30)), Some(0));
        assert_eq!(slots.poll_timeout(), None, "it speaks");
        slots.stop(at(4000), ClientId(0));
        slots.handle_timeout(at(6000));
        assert_eq!(place(&mut slots, 6000, 7, frame(Priority::Default, 0)), Some(0));
    }

    #[test]
    fn stopped_and_pausing_speakers_give_way_before_present_ones() {
        let mut slots = taken(3, 60);
        let plain = frame(Priority::Default, 10);
        for millis in [200, 400, 600] {
            place(&mut slots, millis, 0, frame(Priority::Default, 60));
        }
        place(&mut slots, 100, 2, frame(Priority::Default, 60));
        assert_eq!(place(&mut slots, 499, 8, plain), None);
        assert_eq!(place(&mut slots, 600, 8, plain), Some(1), "the one that was silent for longer");
        slots.stop(at(610), ClientId(0));
        assert_eq!(place(&mut slots, 620, 9, plain), Some(2), "of two, again");
        assert_eq!(place(&mut slots, 620, 10, plain), Some(0));
    }

    #[test]
    fn more_priority_comes_first_and_at_once() {
        let mut slots = taken(2, 60);
        assert_eq!(place(&mut slots, 10, 8, frame(Priority::Low, 63)), None);
        assert_eq!(place(&mut slots, 10, 8, frame(Priority::Medium, 5)), Some(0));
        assert_eq!(place(&mut slots, 20, 9, frame(Priority::High, 5)), Some(1), "the weakest of both");
        assert_eq!(place(&mut slots, 30, 0, frame(Priority::Default, 63)), None);
    }

    #[test]
    fn among_equals_only_a_clearly_louder_speaker_interrupts_and_not_at_once() {
        let mut slots = taken(2, 30);
        let speak = |slots: &mut Slots, millis| {
            for id in 0..2 {
                place(slots, millis, id, frame(Priority::Default, 30 + id as u8));
            }
        };
        for millis in [300, 600, 900] {
            speak(&mut slots, millis);
        }
        assert_eq!(place(&mut slots, 900, 8, frame(Priority::Default, 63)), None, "too soon");
        speak(&mut slots, 1000);
        assert_eq!(place(&mut slots, 1000, 8, frame(Priority::Default, 35)), None, "not clearly");
        assert_eq!(place(&mut slots, 1000, 8, frame(Priority::Default, 36)), Some(0));
        assert_eq!(place(&mut slots, 1020, 0, frame(Priority::Default, 63)), Some(1), "8 is new, 1 is not");
    }

    #[test]
    fn frames_in_which_nothing_is_said_take_no_slot() {
        let mut slots = Slots::new(1);
        let silent = Traits { has_speech: false, loudness: None, ..frame(Priority::High, 0) };
        assert_eq!(place(&mut slots, 0, 1, silent), None);
        assert_eq!(place(&mut slots, 0, 1, frame(Priority::Low, 0)), Some(0));
        assert_eq!(place(&mut slots, 0, 1, silent), Some(0), "its own");
    }

    #[test]
    fn a_page_without_slots_plays_no_speaker() {
        assert_eq!(place(&mut Slots::new(0), 0, 1, frame(Priority::High, 63)), None);
        assert_eq!(Slots::new(400).slots.len(), SLOTS_MAX);
    }

    #[test]
    fn a_slots_speaker_is_told_at_once_and_its_properties_ten_times_a_second_at_most() {
        let mut slots = taken(1, 30);
        let told = |slots: &mut Slots, millis| slots.poll_change(at(millis)).map(|told| told.to_json());
        let is_told = |told: Option<String>, words: &str| told.is_some_and(|told| told.contains(words));
        assert!(is_told(told(&mut slots, 0), r#""player":0,"positional":false"#));
        assert_eq!(told(&mut slots, 0), None);
        let mut positional = frame(Priority::Default, 30);
        positional.playing.positional = true;
        place(&mut slots, 50, 0, positional);
        assert_eq!(told(&mut slots, 99), None);
        assert!(is_told(told(&mut slots, 100), r#""positional":true"#));
        slots.free_from(ClientId(0));
        assert!(is_told(told(&mut slots, 101), r#""player":null"#));
        slots.tell_again();
        assert_eq!(told(&mut slots, 102), None, "an empty slot, as the page knows");
    }
}
