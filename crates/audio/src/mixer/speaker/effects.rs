//! Effects on one voice between decoder and volume, and its share of reverberation.

use crate::block::BLOCK_SAMPLES;
use crate::effects::{EffectChain, EffectRack};
use crate::mixer::zones::{ReverbZones, ZoneIndex};
use crate::ramp::Smoothed;

/// Without effects it is empty, and nothing is called.
#[derive(Debug, Default)]
pub(super) struct SpeakerEffects {
    rack: Option<Box<EffectRack>>,
    wanted: Option<Wanted>,
    /// The zone that the voice is sent into, which is the former one until that has faded.
    zone: Option<ZoneIndex>,
    share: Smoothed,
    /// The last block had sound.
    was_audible: bool,
}

#[derive(Debug, Clone, Copy)]
struct Wanted {
    zone: ZoneIndex,
    level: f32,
}

impl SpeakerEffects {
    /// Sets the effects; what is random in them is the same for the same seed.
    pub(super) fn set(&mut self, chain: &EffectChain, seed: u32, zones: &mut ReverbZones) {
        if chain.has_inserts() || self.rack.is_some() {
            self.rack.get_or_insert_with(|| Box::new(EffectRack::new(seed))).set_chain(*chain);
            self.drop_idle_rack();
        }
        let former = self.wanted.map(|wanted| wanted.zone);
        match chain.reverb() {
            Some(settings) => {
                let zone = zones.enter(former, settings);
                self.wanted = zone.map(|zone| Wanted { zone, level: settings.level });
            }
            None => self.leave_zone(zones),
        }
    }

    /// The speaker is in no zone any more.
    pub(super) fn leave_zone(&mut self, zones: &mut ReverbZones) {
        zones.leave(self.wanted.take().map(|wanted| wanted.zone));
    }

    /// Whether sound begins in this block, of a voice or of what effects leave of it; `None` if there is none.
    pub(super) fn hear(&mut self, is_speaking: bool) -> Option<bool> {
        let is_audible = is_speaking || self.rings();
        let was_audible = std::mem::replace(&mut self.was_audible, is_audible);
        is_audible.then_some(!was_audible)
    }

    /// Runs a block through the effects. `apart_m` is how far speaker and listener are from each other, if that is
    /// known.
    pub(super) fn process(
        &mut self,
        block: &mut [f32; BLOCK_SAMPLES],
        is_speaking: bool,
        apart_m: impl FnOnce() -> Option<f32>,
    ) {
        if let Some(rack) = &mut self.rack {
            rack.set_distance(apart_m());
            rack.process(block, is_speaking);
            self.drop_idle_rack();
        }
    }

    /// The voice passes as it is, but for what reverberates.
    pub(super) fn are_off(&self) -> bool {
        self.rack.is_none()
    }

    fn drop_idle_rack(&mut self) {
        if self.rack.as_ref().is_some_and(|rack| rack.is_off()) {
            self.rack = None;
        }
    }

    /// There is something to be heard although the voice is silent.
    pub(super) fn rings(&self) -> bool {
        self.rack.as_ref().is_some_and(|rack| !rack.is_at_rest())
    }

    /// Sends a block into the zone. From one zone to another, the voice fades out of one before it fades into the
    /// other.
    pub(super) fn send(
        &mut self,
        block: &[f32; BLOCK_SAMPLES],
        gain: impl FnOnce() -> f32,
        begins: bool,
        zones: &mut ReverbZones,
    ) {
        if begins || self.share.rests_at_zero(0.0) {
            self.zone = self.wanted.map(|wanted| wanted.zone);
        }
        let Some(zone) = self.zone else { return };
        let target =
            self.wanted.filter(|wanted| wanted.zone == zone).map_or(0.0, |wanted| wanted.level * gain());
        if begins {
            self.share.jump(target);
        }
        if !self.share.rests_at_zero(target) {
            zones.send(zone, block, self.share.ramp_to(target));
        }
    }
}
