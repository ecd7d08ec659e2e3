//! Reverberation zones: one network for each, however many speakers are in it.

use crate::block::{BLOCK_SAMPLES, StereoBlock};
use crate::effects::{Reverb, ReverbSettings};
use crate::limits::REVERB_ZONES_MAX;
use crate::ramp::Ramp;

/// The place of a zone among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ZoneIndex(usize);

/// A zone is there as long as a speaker is in it, and until it has died away.
#[derive(Debug, Default)]
pub(super) struct ReverbZones([Option<Box<Zone>>; REVERB_ZONES_MAX]);

#[derive(Debug)]
struct Zone {
    reverb: Reverb,
    speakers: usize,
    send: [f32; BLOCK_SAMPLES],
    is_sent: bool,
}

impl Zone {
    fn new(settings: ReverbSettings) -> Box<Self> {
        let reverb = Reverb::new(settings);
        Box::new(Self { reverb, speakers: 0, send: [0.0; BLOCK_SAMPLES], is_sent: false })
    }
}

impl ReverbZones {
    /// A speaker is in a zone with these settings from now on, and no more in `former`. A zone that it had for itself
    /// is changed; where too many zones are needed, it is in that which is most like it.
    pub(super) fn enter(&mut self, former: Option<ZoneIndex>, settings: ReverbSettings) -> Option<ZoneIndex> {
        self.leave(former);
        let index = self
            .same(settings)
            .or_else(|| self.changed(former, settings))
            .or_else(|| self.new_zone(settings));
        let index = index.or_else(|| self.most_like(settings))?;
        self.0[index].as_mut()?.speakers += 1;
        Some(ZoneIndex(index))
    }

    /// A speaker is in the zone no more.
    pub(super) fn leave(&mut self, zone: Option<ZoneIndex>) {
        if let Some(zone) = zone.and_then(|ZoneIndex(index)| self.0[index].as_mut()) {
            zone.speakers = zone.speakers.saturating_sub(1);
        }
    }

    fn same(&self, settings: ReverbSettings) -> Option<usize> {
        let is_same = |zone: &Zone| zone.reverb.settings().is_same_zone(&settings);
        self.0.iter().position(|zone| zone.as_deref().is_some_and(is_same))
    }

    /// A zone of this size that no speaker is in, that of the speaker first.
    fn changed(&mut self, former: Option<ZoneIndex>, settings: ReverbSettings) -> Option<usize> {
        let is_free = |zone: &Zone| zone.speakers == 0 && zone.reverb.settings().size == settings.size;
        let former = former.map(|ZoneIndex(index)| index);
        let mut indices = former.into_iter().chain(0..REVERB_ZONES_MAX);
        let index = indices.find(|index| self.0[*index].as_deref().is_some_and(is_free))?;
        self.0[index].as_mut()?.reverb.set(settings);
        Some(index)
    }

    fn new_zone(&mut self, settings: ReverbSettings) -> Option<usize> {
        let index = self.0.iter().position(Option::is_none)?;
        self.0[index] = Some(Zone::new(settings));
        Some(index)
    }

    fn most_like(&self, settings: ReverbSettings) -> Option<usize> {
        let likeness = |zone: &Zone| {
            let other = zone.reverb.settings();
            let is_other_size = if other.size == settings.size { 0.0 } else { 10.0 };
            is_other_size + (other.decay_s / settings.decay_s).ln().abs()
        };
        let zones =
            self.0.iter().enumerate().filter_map(|(index, zone)| Some((index, likeness(zone.as_deref()?))));
        zones.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _)| index)
    }

    /// Adds a voice to the input of a zone.
    pub(super) fn send(&mut self, ZoneIndex(index): ZoneIndex, voice: &[f32; BLOCK_SAMPLES], gain: Ramp) {
        let Some(zone) = &mut self.0[index] else { return };
        zone.is_sent = true;
        for (i, (sent, sample)) in zone.send.iter_mut().zip(voice).enumerate() {
            *sent += gain.at(i) * sample;
        }
    }

    /// Adds all zones to the two ears.
    pub(super) fn render(&mut self, ears: &mut StereoBlock) {
        for place in &mut self.0 {
            let Some(zone) = place else { continue };
            zone.reverb.process(&zone.send, ears);
            if std::mem::take(&mut zone.is_sent) {
                zone.send = [0.0; BLOCK_SAMPLES];
            }
            if zone.speakers == 0 && zone.reverb.is_at_rest() {
                *place = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::ReverbSize;

    fn zone(size: ReverbSize, decay_s: f32) -> ReverbSettings {
        ReverbSettings { size, decay_s, ..ReverbSettings::default() }
    }

    fn count(zones: &ReverbZones) -> usize {
        zones.0.iter().flatten().count()
    }

    #[test]
    fn speakers_in_the_same_zone_share_it_however_much_each_has_of_it() {
        let mut zones = ReverbZones::default();
        let one = zones.enter(None, zone(ReverbSize::Hall, 2.0));
        let other = zones.enter(None, ReverbSettings { level: 0.1, ..zone(ReverbSize::Hall, 2.0) });
        assert_eq!((one, count(&zones)), (other, 1));
        assert_ne!(zones.enter(None, zone(ReverbSize::Hall, 3.0)), one);
    }

    #[test]
    fn a_zone_that_a_speaker_has_for_itself_changes_with_it() {
        let mut zones = ReverbZones::default();
        let mut index = zones.enter(None, zone(ReverbSize::Cave, 2.0));
        for step in 0..100 {
            index = zones.enter(index, zone(ReverbSize::Cave, 2.0 + step as f32 * 0.01));
        }
        assert_eq!(count(&zones), 1);
        zones.leave(index);
        zones.render(&mut StereoBlock::default());
        assert_eq!(count(&zones), 0, "what is silent and empty is gone");
    }

    #[test]
    fn with_too_many_zones_a_speaker_is_in_the_one_most_like_its_own() {
        let mut zones = ReverbZones::default();
        let halls: Vec<_> =
            [1.0, 2.0, 4.0].map(|decay| zones.enter(None, zone(ReverbSize::Hall, decay))).into();
        let room = zones.enter(None, zone(ReverbSize::Room, 0.5));
        assert_eq!(zones.enter(None, zone(ReverbSize::Hall, 2.3)), halls[1]);
        assert_eq!(zones.enter(None, zone(ReverbSize::Room, 3.9)), room);
        assert_eq!(count(&zones), REVERB_ZONES_MAX);
    }
}
