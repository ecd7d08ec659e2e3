//! Whom one listener is sent: a few speakers, the nearest and loudest, without flickering.

use consonance_wire::ClientId;

use super::settings::ProximitySettings;

/// One speaker whom a listener is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    speaker: ClientId,
    /// How loud the last frame was here: the square of amplitude over distance.
    loudness: f32,
    /// When a frame came last, and when one with speech did; ms, wrapping.
    came: u32,
    spoke: u32,
}

/// One frame as it would be heard at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) speaker: ClientId,
    /// Now, in ms, wrapping.
    pub(super) now: u32,
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

/// Whoever says nothing for so long gives way to anybody, and whoever sends nothing for so long is no longer heard: longer
/// than the pauses between words, shorter than those between speakers.
pub(super) const SILENCE_MS: u32 = 500;
/// Nearer than this nobody gets louder.
const NEAREST_SQUARED: f32 = 1.0;

impl Rule {
    pub(super) fn new(settings: ProximitySettings) -> Self {
        let ProximitySettings { range_m, hysteresis, .. } = settings;
        let (far_m, better) = (range_m * (1.0 + hysteresis), 1.0 + hysteresis);
        Self { range_squared: range_m * range_m, far_squared: far_m * far_m, better: better * better }
    }
}

/// Decides about one frame. `streams` has a listener's places, of which the first `used` are taken.
#[inline]
pub(super) fn choose(streams: &mut [Stream], used: &mut u8, rule: Rule, offer: Offer) -> Choice {
    let Offer { speaker, now, distance_squared, power, is_speech } = offer;
    let loudness = power / distance_squared.max(NEAREST_SQUARED);
    let taken = &mut streams[..usize::from(*used)];
    let known = taken.iter_mut().find(|stream| stream.speaker == speaker);
    if let Some(stream) = known {
        let is_heard = now.wrapping_sub(stream.came) <= SILENCE_MS;
        let reach = if is_heard { rule.far_squared } else { rule.range_squared };
        if distance_squared > reach {
            return Choice::OutOfRange;
        }
        stream.loudness = loudness;
        stream.came = now;
        if is_speech {
            stream.spoke = now;
        }
        return Choice::Heard;
    }
    if distance_squared > rule.range_squared {
        return Choice::OutOfRange;
    }
    let newcomer = Stream { speaker, loudness, came: now, spoke: now };
    let is_over = |stream: &&mut Stream| now.wrapping_sub(stream.spoke) > SILENCE_MS;
    if !is_speech {
        return Choice::Crowded;
    }
    if let Some(over) = taken.iter_mut().find(is_over) {
        *over = newcomer;
        return Choice::Heard;
    }
    if let Some(free) = streams.get_mut(usize::from(*used)) {
        *free = newcomer;
        *used += 1;
        return Choice::Heard;
    }
    let weakest = streams.iter_mut().min_by(|a, b| a.loudness.total_cmp(&b.loudness));
    match weakest.filter(|weakest| loudness > weakest.loudness * rule.better) {
        Some(weakest) => {
            *weakest = newcomer;
            Choice::Heard
        }
        None => Choice::Crowded,
    }
}

/// A place that nobody has.
pub(super) const FREE: Stream = Stream { speaker: ClientId(0), loudness: 0.0, came: 0, spoke: 0 };
