//! Whom one listener is sent: a few speakers, the nearest and loudest, without flickering.

use consonance_wire::ClientId;

use super::settings::ProximitySettings;
use crate::time::Instant;

/// Eight of a listener's places: a cache line, as a frame looks into those of everybody in range.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Streams([Stream; STREAMS]);

pub(super) const STREAMS: usize = 8;

/// One speaker whom a listener is sent.
#[derive(Clone, Copy, Debug)]
struct Stream {
    speaker: ClientId,
    /// How loud the last frame was here.
    loudness: Loudness,
    /// When a frame came last, and when one with speech did.
    came: Tick,
    spoke: Tick,
}

/// The square of amplitude over distance: the upper half of a float, which is ordered as the float is and tells apart what
/// differs by a hundredth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Loudness(u16);

/// Hundredths of a second, wrapping. After eleven minutes without a frame a speaker looks fresh for half a second, which
/// is as if it had just been heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tick(u16);

/// One frame as it would be heard at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) speaker: ClientId,
    pub(super) now: Tick,
    /// The square of the distance in m².
    pub(super) distance_squared: f32,
    /// The square of the channel's amplitude.
    pub(super) power: f32,
    /// Whether there is speech in it, or only that there is none.
    pub(super) is_speech: bool,
}

/// What decides in one room, squared where what it is compared with is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    range_squared: f32,
    /// The square of how far a speaker may go who is heard already.
    pub(super) far_squared: f32,
    /// How many times louder, squared, a speaker has to be to take the place of another.
    better: f32,
}

/// What becomes of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Heard,
    OutOfRange,
    /// Enough others are heard.
    Crowded,
}

/// Half a second: whoever says nothing for so long gives way to anybody, and whoever sends nothing for so long is no longer heard: longer
/// than the pauses between words, shorter than those between speakers.
const SILENCE: u16 = 50;
/// Nearer than this nobody gets louder.
const NEAREST_SQUARED: f32 = 1.0;

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

/// Where a listener has this speaker, or has had it; takes no decisions that a processor could guess wrongly.
#[inline]
pub(super) fn find(streams: &[Streams], speaker: ClientId) -> u8 {
    let mut found = NOWHERE;
    for (block, Streams(block_of_eight)) in streams.iter().enumerate().rev() {
        for (index, stream) in block_of_eight.iter().enumerate().rev() {
            let place = (block * STREAMS + index) as u8;
            found = if stream.speaker == speaker { place } else { found };
        }
    }
    found
}

/// Decides about one frame. `streams` has a listener's places, of which the first `used` of `max` are taken; `found` is where
/// [`find`] found the speaker there.
#[inline]
pub(super) fn choose(
    streams: &mut [Streams],
    used: &mut u8,
    max: u8,
    rule: Rule,
    found: u8,
    offer: Offer,
) -> Choice {
    let Offer { speaker, now, distance_squared, power, is_speech } = offer;
    let loudness = power / distance_squared.max(NEAREST_SQUARED);
    if found < *used {
        let stream = &mut streams[usize::from(found) / STREAMS].0[usize::from(found) % STREAMS];
        let reach = if now.is_silence_since(stream.came) { rule.range_squared } else { rule.far_squared };
        if distance_squared > reach {
            return Choice::OutOfRange;
        }
        stream.loudness = Loudness::of(loudness);
        stream.came = now;
        stream.spoke = if is_speech { now } else { stream.spoke };
        return Choice::Heard;
    }
    if distance_squared > rule.range_squared {
        return Choice::OutOfRange;
    }
    let newcomer = Stream { speaker, loudness: Loudness::of(loudness), came: now, spoke: now };
    if is_speech && take_place(streams, used, max, newcomer, loudness / rule.better) {
        return Choice::Heard;
    }
    Choice::Crowded
}

/// A place of who has been silent, a free one, or that of the weakest who is weaker than `limit`.
fn take_place(streams: &mut [Streams], used: &mut u8, max: u8, newcomer: Stream, limit: f32) -> bool {
    let mut taken = streams.iter_mut().flat_map(|block| &mut block.0).take(usize::from(*used));
    if let Some(over) = taken.find(|stream| newcomer.came.is_silence_since(stream.spoke)) {
        *over = newcomer;
        return true;
    }
    if *used < max {
        streams[usize::from(*used) / STREAMS].0[usize::from(*used) % STREAMS] = newcomer;
        *used += 1;
        return true;
    }
    let taken = streams.iter_mut().flat_map(|block| &mut block.0).take(usize::from(max));
    let weakest = taken.min_by_key(|stream| stream.loudness);
    weakest.filter(|weakest| weakest.loudness.value() < limit).map(|weakest| *weakest = newcomer).is_some()
}

/// No speaker's place.
pub(super) const NOWHERE: u8 = u8::MAX;
/// A place that nobody has.
const FREE: Stream = Stream { speaker: ClientId(0), loudness: Loudness(0), came: Tick(0), spoke: Tick(0) };

/// Places that nobody has.
pub(super) const ALL_FREE: Streams = Streams([FREE; STREAMS]);
