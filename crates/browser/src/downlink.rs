//! Voice to the page: the speakers, their slots, and the reception of their voices there.

mod codecs;
mod slots;
mod voice_queue;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use consonance_session::{
    ClientId, CodecId, CodecParameters, HeardTarget, Instant, Reception, VoiceFrame, is_silence, loudness,
};

use crate::control::{Amplitude, ToPage};
use codecs::Codecs;
pub use slots::SLOTS_MAX;
use slots::{Playing, Slots, Traits};
pub use voice_queue::SlotVoice;
use voice_queue::VoiceQueue;

/// All speakers that reach the page's player, and the slots that their voices go to.
#[derive(Debug)]
pub(crate) struct Downlink {
    slots: Slots,
    speakers: BTreeMap<ClientId, Speaker>,
    codecs: Codecs,
    ignored: BTreeSet<Box<str>>,
    /// The number of the next stream.
    streams: u64,
    queue: VoiceQueue,
    /// Whether a speaker had no slot because of the path to the page, since the last query.
    has_left_out: bool,
    statistics: DownlinkStatistics,
}

/// Counters of the frames of voice for a page, from the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DownlinkStatistics {
    /// Frames that were given to a slot.
    pub frames: u64,
    /// Frames of speakers without a slot.
    pub without_slot: u64,
    /// Frames without a slot because the path to the page carries fewer voices than the page has slots.
    pub beyond_capacity: u64,
    /// Frames of players that the page ignores.
    pub ignored: u64,
    /// Frames that are not Opus.
    pub foreign: u64,
    /// Frames that came after their utterance had got another slot, or before it had one.
    pub too_late: u64,
    /// Frames that were dropped because they were not polled in time.
    pub dropped: u64,
}

/// Reception of voice in a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageReception {
    /// The share of frames arriving here that do not reach the page, in percent.
    pub(crate) lost_on_way_percent: f32,
    /// The share of frames sent by speakers that the page cannot play, wherever they were lost, in percent, by its
    /// own report.
    pub(crate) unplayed_percent: f32,
    /// The delay of other players' voices in the page.
    pub(crate) delay: Duration,
}

#[derive(Debug)]
struct Speaker {
    name: Box<str>,
    is_ignored: bool,
    is_speaking: bool,
    /// The targets by which it reaches the page, and since when the page has known them.
    to: Vec<HeardTarget>,
    has_other_ways: bool,
    told_at: Option<Instant>,
    stream: Option<Stream>,
    reception: ReceptionCount,
}

/// An utterance in a slot.
#[derive(Clone, Copy, Debug)]
struct Stream {
    number: u64,
    first: u32,
}

/// Frames that were due in a slot since the last report to the server.
#[derive(Clone, Copy, Debug, Default)]
struct ReceptionCount {
    newest: Option<u32>,
    expected: u32,
    arrived: u32,
}

/// The shortest interval of messages about the targets by which a speaker reaches the page.
const RETOLD_AFTER: Duration = Duration::from_millis(200);
/// Names that a page ignores at once.
const IGNORED_MAX: usize = 1024;

impl Downlink {
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            slots: Slots::new(slots),
            speakers: BTreeMap::new(),
            codecs: Codecs::default(),
            ignored: BTreeSet::new(),
            streams: 0,
            queue: VoiceQueue::default(),
            has_left_out: false,
            statistics: DownlinkStatistics::default(),
        }
    }

    /// Starts a new page with this number of slots; ignored players stay ignored.
    pub(crate) fn begin_page(&mut self, slots: usize) {
        self.slots = Slots::new(slots);
        self.queue.clear();
        for speaker in self.speakers.values_mut() {
            (speaker.stream, speaker.told_at) = (None, None);
            speaker.reception = ReceptionCount::default();
        }
    }

    /// Forgets what the page was told, so that it is sent again.
    pub(crate) fn tell_again(&mut self) {
        self.slots.tell_again();
        self.speakers.values_mut().for_each(|speaker| speaker.told_at = None);
    }

    pub(crate) fn player_joined(&mut self, id: ClientId, codec: CodecParameters) {
        self.codecs.player_joined(id, codec);
    }

    pub(crate) fn player_left(&mut self, id: ClientId) {
        self.speakers.remove(&id);
        self.codecs.player_left(id);
        self.slots.free_from(id);
    }

    pub(crate) fn started(&mut self, id: ClientId, name: &str) {
        let is_ignored = self.ignored.contains(name);
        let speaker = self.speakers.entry(id).or_insert_with(|| Speaker::new(name, is_ignored));
        speaker.begin();
    }

    /// Notes that a speaker has stopped; returns whether the page knew that it speaks.
    pub(crate) fn stopped(&mut self, now: Instant, id: ClientId) -> bool {
        self.slots.stop(now, id);
        self.speakers.get_mut(&id).is_some_and(Speaker::end)
    }

    /// Handles a frame; [`take_ways`](Self::take_ways) returns what to tell about its speaker afterwards.
    pub(crate) fn hear(&mut self, now: Instant, voice: &VoiceFrame<'_>) {
        let Some(speaker) = self.speakers.get_mut(&voice.id) else { return };
        speaker.note_ways(now, voice);
        let Some(samples) = self.codecs.samples(voice.id, voice.frame) else {
            self.statistics.foreign += 1;
            return;
        };
        if speaker.is_ignored {
            self.statistics.ignored += 1;
            speaker.reception.pass_over(voice.sequence);
            return;
        }
        let Some((slot, is_new)) = self.slots.place(now, voice.id, traits(voice)) else {
            self.statistics.without_slot += 1;
            if self.slots.is_full(now) {
                self.statistics.beyond_capacity += 1;
                self.has_left_out = true;
            }
            speaker.reception.pass_over(voice.sequence);
            return;
        };
        if is_new {
            speaker.stream = None;
        }
        let stream = *speaker.stream.get_or_insert_with(|| {
            self.streams += 1;
            Stream { number: self.streams, first: voice.sequence }
        });
        if voice.sequence < stream.first {
            self.statistics.too_late += 1;
            return;
        }
        speaker.reception.note(voice.sequence);
        self.statistics.frames += 1;
        let (stream, sequence, payload) = (stream.number, voice.sequence, voice.frame);
        self.queue.push(SlotVoice { slot, stream, sequence, samples, payload });
    }

    /// Ignores a player, or plays it again; false if too many are ignored already.
    pub(crate) fn ignore(&mut self, player: Box<str>, ignored: bool) -> bool {
        if ignored && self.ignored.len() >= IGNORED_MAX && !self.ignored.contains(&player) {
            return false;
        }
        for (id, speaker) in self.speakers.iter_mut().filter(|(_, speaker)| speaker.name == player) {
            speaker.is_ignored = ignored;
            if ignored {
                self.slots.free_from(*id);
                speaker.stream = None;
            }
        }
        if ignored {
            self.ignored.insert(player);
        } else {
            self.ignored.remove(&player);
        }
        true
    }

    /// Sets how many voices the path to the page carries at once, at least 1; `None` if it carries all.
    pub(crate) fn carry(&mut self, now: Instant, voices: Option<usize>) {
        self.slots.carry(now, voices.map_or(usize::MAX, |voices| voices.max(1)));
    }

    /// How many voices the path to the page carries and how many speak, if since the last call a speaker was left out
    /// because of that.
    pub(crate) fn take_shortage(&mut self) -> Option<(usize, usize)> {
        let has_left_out = std::mem::take(&mut self.has_left_out);
        let voices = self.slots.carried().filter(|_| has_left_out)?;
        let is_heard = |speaker: &&Speaker| speaker.is_speaking && !speaker.is_ignored;
        let speaking = self.speakers.values().filter(is_heard).count();
        // A speaker that was left out may have stopped in the meantime.
        Some((voices, speaking.max(voices + 1)))
    }

    /// The next slot whose speaker has changed.
    pub(crate) fn poll_slot(&mut self, now: Instant) -> Option<ToPage> {
        self.slots.poll_change(now)
    }

    /// The name and the targets of this speaker, if the page has yet to be told of them; they then count as told.
    pub(crate) fn take_ways(&mut self, now: Instant, id: ClientId) -> Option<(Box<str>, &[HeardTarget])> {
        let speaker = self.speakers.get_mut(&id).filter(|speaker| speaker.is_to_be_told())?;
        speaker.told_at = Some(now);
        speaker.has_other_ways = false;
        Some((speaker.name.clone(), &speaker.to))
    }

    /// All speakers.
    pub(crate) fn speaking(&self) -> Vec<ClientId> {
        self.speakers.iter().filter(|(_, speaker)| speaker.is_speaking).map(|(id, _)| *id).collect()
    }

    /// The names of speakers that are not ignored and have no slot.
    pub(crate) fn without_slot(&self) -> impl Iterator<Item = &str> {
        let is_left_out = |(id, speaker): &(&ClientId, &Speaker)| {
            speaker.is_speaking && !speaker.is_ignored && !self.slots.plays(**id)
        };
        self.speakers.iter().filter(is_left_out).map(|(_, speaker)| &*speaker.name)
    }

    /// The names of players that the page ignores, in order.
    pub(crate) fn ignored(&self) -> impl Iterator<Item = &str> {
        self.ignored.iter().map(|name| &**name)
    }

    /// How many voices the page plays at once.
    pub(crate) fn slots(&self) -> usize {
        self.slots.count()
    }

    /// The name of a player that cannot be heard because its game does not speak Opus, once.
    pub(crate) fn take_foreign(&mut self, id: ClientId) -> Option<Box<str>> {
        let name = &self.speakers.get(&id)?.name;
        self.codecs.take_foreign(id).then(|| name.clone())
    }

    pub(crate) fn poll_voice(&mut self) -> Option<SlotVoice<'_>> {
        self.queue.pop()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.slots.handle_timeout(now);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.slots.poll_timeout()
    }

    /// The reception of all players since the last report to the server.
    pub(crate) fn take_receptions(&mut self, page: PageReception) -> Vec<Reception> {
        let playout_delay_ms = u16::try_from(page.delay.as_millis()).unwrap_or(u16::MAX);
        let heard = self.speakers.iter_mut().filter(|(_, speaker)| speaker.reception.expected > 0);
        heard
            .map(|(&speaker, record)| {
                let (expected, lost) = record.reception.take(page);
                Reception { speaker, expected, lost, playout_delay_ms }
            })
            .collect()
    }

    pub(crate) fn statistics(&self) -> DownlinkStatistics {
        DownlinkStatistics { dropped: self.queue.dropped(), ..self.statistics }
    }
}

impl Speaker {
    fn new(name: &str, is_ignored: bool) -> Self {
        Self {
            name: name.into(),
            is_ignored,
            is_speaking: false,
            to: Vec::new(),
            has_other_ways: false,
            told_at: None,
            stream: None,
            reception: ReceptionCount::default(),
        }
    }

    /// Begins an utterance; its targets come with its first frame.
    fn begin(&mut self) {
        self.is_speaking = true;
        (self.told_at, self.stream) = (None, None);
        self.to.clear();
        self.reception.newest = None;
    }

    /// Ends an utterance; returns whether the page was told of it.
    fn end(&mut self) -> bool {
        self.is_speaking = false;
        self.stream = None;
        self.told_at.take().is_some()
    }

    /// Notes the targets by which a frame came.
    fn note_ways(&mut self, now: Instant, voice: &VoiceFrame<'_>) {
        let ways = || voice.channels.iter().map(|channel| channel.target);
        let was_just_told = self.told_at.is_some_and(|told| now.since(told) < RETOLD_AFTER);
        if !was_just_told && !ways().eq(self.to.iter().copied()) {
            self.to.clear();
            self.to.extend(ways());
            self.has_other_ways = true;
        }
    }

    fn is_to_be_told(&self) -> bool {
        self.is_speaking && !self.to.is_empty() && (self.told_at.is_none() || self.has_other_ways)
    }
}

impl ReceptionCount {
    fn note(&mut self, sequence: u32) {
        // The first frame is the only one expected so far.
        self.expected += self.newest.map_or(1, |newest| sequence.saturating_sub(newest));
        self.newest = self.newest.max(Some(sequence));
        self.arrived += 1;
    }

    /// Notes a frame that was not played in a slot.
    fn pass_over(&mut self, sequence: u32) {
        self.newest = self.newest.max(Some(sequence));
    }

    /// How many frames were expected, and how many were lost before or after this point.
    fn take(&mut self, page: PageReception) -> (u16, u16) {
        let Self { expected, arrived, .. } = *self;
        (self.expected, self.arrived) = (0, 0);
        let missing = expected.saturating_sub(arrived);
        let part = |frames: u32, percent: f32| (frames as f32 * percent / 100.0).round() as u32;
        let lost_behind = part(arrived.min(expected), page.lost_on_way_percent);
        let lost = (missing + lost_behind).max(part(expected, page.unplayed_percent)).min(expected);
        let bounded = |frames: u32| u16::try_from(frames).unwrap_or(u16::MAX);
        (bounded(expected), bounded(lost))
    }
}

/// The properties of an Opus frame that determine its slot.
fn traits(voice: &VoiceFrame<'_>) -> Traits {
    let VoiceFrame { positional, amplitude, priority, frame, .. } = *voice;
    let playing = Playing { positional, amplitude: Amplitude::nearest(amplitude), priority };
    let has_speech = !is_silence(Some(CodecId::OPUS), frame);
    let loudness = if has_speech { loudness(frame) } else { None };
    Traits { playing, loudness, has_speech }
}
