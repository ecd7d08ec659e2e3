//! The speakers that one listener receives: a few, the nearest and loudest, without flickering.

use consonance_wire::ClientId;

use super::settings::ProximitySettings;
use crate::time::Instant;

/// Eight of a listener's slots: a cache line, as a frame looks into those of all players in range.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Streams {
    /// Separate from the rest, so that a few instructions compare all of them: the ids of even slots, the lowest
    /// first, and those of odd ones. A free slot has the listener's own id, which it never hears.
    speakers: [u64; STREAMS / IDS],
    /// The loudness of the last frame here.
    loudness: [Loudness; STREAMS],
    /// The times of the last frame, and of the last one with speech.
    came: [Tick; STREAMS],
    spoke: [Tick; STREAMS],
}

pub(super) const STREAMS: usize = 8;

/// Ids in one number of [`Streams::speakers`].
const IDS: usize = 4;
/// The lowest bit of each id there, and the highest.
const LOWEST: u64 = 0x0001_0001_0001_0001;
const HIGHEST: u64 = LOWEST << 15;
const ID_BITS: u32 = 16;

/// The square of amplitude over distance: the upper half of a float, which has the order of the float and
/// distinguishes differences of a hundredth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Loudness(u16);

/// Hundredths of a second, wrapping. After eleven minutes without a frame a speaker looks fresh for half a second,
/// which is as if it had just been heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tick(u16);

/// One frame as it would be heard at one position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) speaker: ClientId,
    pub(super) now: Tick,
    /// The square of the distance in m².
    pub(super) distance_squared: f32,
    /// The square of the channel's amplitude.
    pub(super) power: f32,
    /// Whether it contains speech, or only signals silence.
    pub(super) is_speech: bool,
}

/// The decision rule of one room; values are squared where they are compared with squares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    range_squared: f32,
    /// The squared range of a speaker that is already heard.
    pub(super) far_squared: f32,
    /// The factor, squared, by which a speaker has to be louder to take the slot of another.
    better: f32,
}

/// Half a second. A speaker that is silent for this long can be displaced by any other, and one that sends nothing for
/// this long is no longer heard: longer than the pauses between words, shorter than those between speakers.
const SILENCE: u16 = 50;
/// Below this distance a speaker does not get louder.
const NEAREST_SQUARED: f32 = 1.0;

impl Streams {
    /// Free slots.
    pub(super) fn free(own: ClientId) -> Self {
        let (never, nothing) = ([Tick(0); STREAMS], [Loudness(0); STREAMS]);
        let speakers = [LOWEST * u64::from(own.0); STREAMS / IDS];
        Self { speakers, loudness: nothing, came: never, spoke: never }
    }

    /// The speaker's slot, or [`STREAMS`] if it has none. Compares four ids at once, without a branch that a processor
    /// could mispredict.
    #[inline]
    fn find(&self, speaker: ClientId) -> u8 {
        let wanted = LOWEST * u64::from(speaker.0);
        // The highest bit of each id that is the wanted one, and perhaps of some above it (Warren, "Hacker's Delight",
        // section 6-1). The wanted id occurs at most once.
        let [even, odd] = self.speakers.map(|ids| {
            let differing = ids ^ wanted;
            differing.wrapping_sub(LOWEST) & !differing & HIGHEST
        });
        // Eight bits for each place, in order.
        let same = (even >> (ID_BITS / 2)) | odd;
        (same.trailing_zeros() / (ID_BITS / 2)) as u8
    }

    fn set_speaker(&mut self, index: usize, speaker: ClientId) {
        let (ids, shift) = (&mut self.speakers[index % 2], index / 2 * ID_BITS as usize);
        *ids = (*ids & !(u64::from(u16::MAX) << shift)) | (u64::from(speaker.0) << shift);
    }
}

impl Loudness {
    fn of(positive: f32) -> Self {
        Self((positive.to_bits() >> 16) as u16)
    }

    fn value(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }
}

impl Tick {
    pub(super) fn of(now: Instant) -> Self {
        Self((now.as_micros() / 10_000) as u16)
    }

    fn is_silence_since(self, earlier: Self) -> bool {
        self.0.wrapping_sub(earlier.0) > SILENCE
    }
}

impl Rule {
    pub(super) fn new(settings: ProximitySettings) -> Self {
        let ProximitySettings { range_m, hysteresis, .. } = settings;
        let (far_m, better) = (range_m * (1.0 + hysteresis), 1.0 + hysteresis);
        Self { range_squared: range_m * range_m, far_squared: far_m * far_m, better: better * better }
    }
}

/// The slot of a speaker other than the listener itself, or the number of all slots if it has none; has no branches
/// that a processor could mispredict.
#[inline]
pub(super) fn find(streams: &[Streams], speaker: ClientId) -> u8 {
    let [first, others @ ..] = streams else { return 0 };
    let place = first.find(speaker);
    if others.is_empty() || usize::from(place) < STREAMS { place } else { find_in_others(others, speaker) }
}

#[cold]
fn find_in_others(others: &[Streams], speaker: ClientId) -> u8 {
    let places = || others.iter().map(|streams| streams.find(speaker)).zip(1..);
    let found = places().find(|(place, _)| usize::from(*place) < STREAMS);
    let (place, block) = found.unwrap_or((0, others.len() as u8 + 1));
    block * STREAMS as u8 + place
}

/// Whether a speaker is in range of a listener that has it at this slot, as returned by [`find`]; listeners beyond the
/// range of an already heard speaker are not considered.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "an unpredictable branch costs more than both sides")]
pub(super) fn is_in_range(
    streams: &[Streams],
    place: u8,
    rule: Rule,
    now: Tick,
    distance_squared: f32,
) -> bool {
    let (block, index) = (usize::from(place) / STREAMS, usize::from(place) % STREAMS);
    // A missing place reads the last block, which every listener has.
    let came = streams[block.min(streams.len() - 1)].came[index];
    let is_kept = (block < streams.len()) & !now.is_silence_since(came);
    is_kept | (distance_squared <= rule.range_squared)
}

/// Whether a frame [in range](is_in_range) is heard, by a listener that has the speaker at this slot, as returned by
/// [`find`]. `streams` has a listener's slots, of which the first `used` of `max` are taken.
#[inline]
pub(super) fn choose(
    streams: &mut [Streams],
    used: &mut u8,
    max: u8,
    rule: Rule,
    place: u8,
    offer: Offer,
) -> bool {
    let Offer { now, distance_squared, power, is_speech, .. } = offer;
    let loudness = power / distance_squared.max(NEAREST_SQUARED);
    if let Some(streams) = streams.get_mut(usize::from(place) / STREAMS) {
        let index = usize::from(place) % STREAMS;
        streams.loudness[index] = Loudness::of(loudness);
        streams.came[index] = now;
        streams.spoke[index] = if is_speech { now } else { streams.spoke[index] };
        return true;
    }
    is_speech && take_place(streams, used, max, rule, offer, loudness)
}

/// A slot for a speaker: a silent speaker's, a free one, or that of the weakest speaker that this one is clearly
/// better than.
#[inline(never)]
fn take_place(
    streams: &mut [Streams],
    used: &mut u8,
    max: u8,
    rule: Rule,
    offer: Offer,
    loudness: f32,
) -> bool {
    let limit = loudness / rule.better;
    let at = |place: usize| (place / STREAMS, place % STREAMS);
    let is_silent =
        |(block, index): &(usize, usize)| offer.now.is_silence_since(streams[*block].spoke[*index]);
    let silent = (0..usize::from(*used)).map(at).find(is_silent);
    let weakest = || {
        let loudness = |(block, index): &(usize, usize)| streams[*block].loudness[*index];
        let weakest = (0..usize::from(max)).map(at).min_by_key(loudness);
        weakest.filter(|weakest| loudness(weakest).value() < limit)
    };
    let place = match silent {
        None if *used < max => {
            *used += 1;
            Some(at(usize::from(*used) - 1))
        }
        None => weakest(),
        silent => silent,
    };
    let Some((block, index)) = place else { return false };
    let streams = &mut streams[block];
    streams.set_speaker(index, offer.speaker);
    streams.loudness[index] = Loudness::of(loudness);
    streams.came[index] = offer.now;
    streams.spoke[index] = offer.now;
    true
}
