//! One remote speaker: reception, loudness and position.

mod decoded_frame;
mod effects;
mod levelling;
mod loudness;
mod made_up;
mod noise_gate;
mod pending_sound;
mod placement;
mod quiet;
mod reception;
mod width;

use effects::SpeakerEffects;
use levelling::Levelling;
use loudness::Loudness;
use noise_gate::NoiseGate;
use placement::Placement;
use reception::{Received, Reception};
use width::Width;

use super::SpeakerKey;
use super::report::{PlayedFrames, SpeakerSound, SpeakerStatistics, Unheard};
use super::scene::Scene;
use super::selection::Candidate;
use super::settings::sensible_volume;
use super::sum::Sum;
use super::zones::ReverbZones;
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::codec::{CodecError, CodecSettings};
use crate::effects::EffectChain;
use crate::frame_properties::FrameProperties;
use crate::jitter::JitterSettings;
use crate::ramp::{Ramp, Smoothed, towards};
use crate::spatial::{Placing, Pose, SpeakerPlace};

pub(super) struct Speaker {
    reception: Reception,
    /// The kind of the last block.
    received: Received,
    loudness: Loudness,
    effects: SpeakerEffects,
    levelling: Levelling,
    /// The speaker's own levelling setting, if it differs from that of all.
    is_levelled: Option<bool>,
    noise_gate: NoiseGate,
    volume: f32,
    is_muted: bool,
    /// 1, and 0 while a player of a higher priority speaks.
    precedence: f32,
    /// Everything that makes the voice louder or softer, except distance and walls.
    gain: Smoothed,
    place: Option<SpeakerPlace>,
    placement: Placement,
    width: Width,
    is_apart: bool,
    /// 0 in the mix, 1 apart from it.
    apart: Smoothed,
    /// Whether it is among the loudest.
    is_chosen: bool,
    unheard: Option<Unheard>,
}

impl Speaker {
    pub(super) fn new(
        codec: CodecSettings,
        jitter: JitterSettings,
        placing: Placing,
    ) -> Result<Self, CodecError> {
        Ok(Self {
            reception: Reception::new(codec, jitter)?,
            received: Received::Nothing,
            loudness: Loudness::new(),
            effects: SpeakerEffects::default(),
            levelling: Levelling::new(),
            is_levelled: None,
            noise_gate: NoiseGate::new(),
            volume: 1.0,
            is_muted: false,
            precedence: 1.0,
            gain: Smoothed::default(),
            place: None,
            placement: Placement::new(placing),
            width: Width::default(),
            is_apart: false,
            apart: Smoothed::default(),
            is_chosen: false,
            unheard: None,
        })
    }

    pub(super) fn reception(&mut self) -> &mut Reception {
        &mut self.reception
    }

    /// Values that are not numbers are ignored.
    pub(super) fn set_volume(&mut self, volume: f32) {
        self.volume = sensible_volume(volume).unwrap_or(self.volume);
    }

    pub(super) fn set_muted(&mut self, is_muted: bool) {
        self.is_muted = is_muted;
    }

    pub(super) fn set_auto_volume(&mut self, is_levelled: Option<bool>) {
        self.is_levelled = is_levelled;
    }

    pub(super) fn set_noise_gate(&mut self, is_on: bool) {
        self.noise_gate.switch(is_on);
    }

    pub(super) fn set_place(&mut self, place: Option<SpeakerPlace>) {
        self.place = place;
    }

    pub(super) fn set_apart(&mut self, is_apart: bool) {
        self.is_apart = is_apart;
    }

    pub(super) fn set_effects(&mut self, key: SpeakerKey, chain: &EffectChain, zones: &mut ReverbZones) {
        self.effects.set(chain, key.0, zones);
    }

    pub(super) fn leave_zone(&mut self, zones: &mut ReverbZones) {
        self.effects.leave_zone(zones);
    }

    pub(super) fn set_placing(&mut self, placing: Placing) {
        self.placement.set_placing(placing);
    }

    pub(super) fn amplitude(&self) -> f32 {
        self.loudness.amplitude()
    }

    pub(super) fn statistics(&self) -> SpeakerStatistics {
        SpeakerStatistics {
            amplitude: self.loudness.amplitude(),
            level_dbfs: self.loudness.dbfs(),
            unheard: self.unheard,
            ..self.reception.statistics()
        }
    }

    /// The priority with which it currently speaks; `None` if it is silent, or the listener does not want to hear it.
    pub(super) fn priority(&self) -> Option<u8> {
        let speaks = self.reception.is_sounding() && !self.is_muted;
        speaks.then(|| self.reception.properties().priority)
    }

    /// Its loudness for the choice of decoded speakers; `None` if it need not be decoded. It counts as not chosen until
    /// `choose` is called.
    pub(super) fn candidate(&mut self, key: SpeakerKey, scene: &Scene) -> Option<Candidate> {
        let was_chosen = std::mem::take(&mut self.is_chosen);
        if !self.reception.has_something_to_say() {
            return None;
        }
        let properties = self.reception.next_properties();
        let unheard = self.reason_to_be_silent(properties, scene);
        let gain = match unheard {
            None => self.own_gain(properties),
            // It is still fading out.
            Some(_) if self.received == Received::Sound && self.gain.value() > 0.0 => self.gain.value(),
            Some(_) => return None,
        };
        Some(Candidate {
            key,
            was_chosen,
            gain: gain * self.distance_gain(properties, scene),
            rms: self.loudness.of_late_rms(),
            heard_at: self.loudness.measured_at(),
            can_be_auditioned: unheard.is_none() && self.reception.has_undecoded_packet(),
        })
    }

    /// Does not decode it in the next block, even if it speaks.
    pub(super) fn pass_over(&mut self) {
        self.is_chosen = false;
    }

    /// Decodes it in the next block.
    pub(super) fn choose(&mut self) {
        self.is_chosen = true;
    }

    /// Decodes it to determine its loudness, without playing it.
    pub(super) fn audition(&mut self, now: SamplePosition) {
        self.loudness.audition(self.reception.audition().unwrap_or_default(), now);
    }

    /// Adds the next block to the mix; `watch` gets the decoded sound, and sound that is kept apart from the mix.
    pub(super) fn render(
        &mut self,
        key: SpeakerKey,
        scene: &Scene,
        (sum, zones): (&mut Sum, &mut ReverbZones),
        reports: &mut PlayedFrames,
        mut watch: impl FnMut(SpeakerSound<'_>),
    ) {
        let mut block = [0.0; BLOCK_SAMPLES];
        let received = self.reception.next_block(key, scene.now, self.is_chosen, &mut block, reports);
        self.received = received;
        let properties = self.reception.properties();
        let reason = self.reason_to_be_silent(properties, scene);
        let positions = self.positions(properties, scene);
        self.unheard = match received {
            Received::Nothing => None,
            Received::Undecoded => reason.or(Some(Unheard::Crowded)),
            Received::Sound => reason,
        };
        let is_speaking = received == Received::Sound;
        if is_speaking {
            self.loudness.hear(&block, scene.now);
            self.levelling.hear(&self.loudness);
            self.levelling.step(self.is_levelled.unwrap_or(scene.is_levelled));
            self.noise_gate.hear(self.loudness.dbfs());
            watch(SpeakerSound::Decoded(&block));
        } else {
            self.loudness.be_silent();
        }
        let Some(begins) = self.effects.hear(is_speaking) else {
            self.placement.rest(positions, sum);
            return;
        };
        self.effects.process(&mut block, is_speaking, || distance_m(positions));
        let gain = self.weigh(&mut block, self.unheard.or(reason), begins);
        if is_speaking {
            self.add_side(gain, positions.is_none(), begins, sum);
        }
        if self.set_block_apart(&mut block, scene.master_gain, begins, watch) {
            self.placement.rest(positions, sum);
        } else {
            let gain = || positions.map_or(1.0, |(place, pose)| scene.spatial.gain(&place, &pose).sqrt());
            self.effects.send(&block, gain, begins, zones);
            self.placement.add(&block, positions, sum);
        }
    }

    /// Passes on sound that is kept apart from the mix, and leaves the rest in the block; true if nothing is left. A
    /// voice that changes between the two while it sounds takes a block for that.
    fn set_block_apart(
        &mut self,
        block: &mut [f32; BLOCK_SAMPLES],
        master_gain: Ramp,
        begins: bool,
        mut watch: impl FnMut(SpeakerSound<'_>),
    ) -> bool {
        let target = if self.is_apart { 1.0 } else { 0.0 };
        if begins {
            self.apart.jump(target);
        }
        if self.apart.rests_at_zero(target) {
            return false;
        }
        let was_apart = self.apart.value() >= 1.0;
        let share = self.apart.ramp_to(target);
        let mut apart = *block;
        for (i, (apart, left)) in apart.iter_mut().zip(block).enumerate() {
            *apart *= share.at(i) * master_gain.at(i);
            *left *= 1.0 - share.at(i);
        }
        watch(SpeakerSound::Apart(&apart));
        was_apart && self.is_apart
    }

    /// Adds a last block to the mix that fades out whatever plays.
    pub(super) fn fade_out(&mut self, scene: &Scene, sum: &mut Sum) {
        let mut block = [0.0; BLOCK_SAMPLES];
        let is_speaking = self.received == Received::Sound && self.reception.last_block(&mut block);
        if is_speaking || self.effects.rings() {
            self.effects.process(&mut block, is_speaking, || None);
            let gain = self.gain.ramp_to(0.0);
            gain.scale(&mut block);
            let positions = self.positions(self.reception.properties(), scene);
            if is_speaking {
                self.add_side(gain, positions.is_none(), false, sum);
            }
            self.placement.add(&block, positions, sum);
        }
    }

    /// Applies the gains to the block, and returns them. Changes take a block, those of precedence a frame; a voice
    /// that `begins` has its gain from the first sample on.
    fn weigh(&mut self, block: &mut [f32; BLOCK_SAMPLES], unheard: Option<Unheard>, begins: bool) -> Ramp {
        let precedence = if unheard == Some(Unheard::Outranked) { 0.0 } else { 1.0 };
        let step = if begins { 1.0 } else { 1.0 / self.reception.frame_blocks() as f32 };
        self.precedence = towards(self.precedence, precedence, step);
        let target = match unheard {
            None | Some(Unheard::Outranked) => self.own_gain(self.reception.properties()) * self.precedence,
            Some(_) => 0.0,
        };
        if begins {
            self.gain.jump(target);
        }
        let gain = self.gain.ramp_to(target);
        gain.scale(block);
        gain
    }

    /// Adds the side of the block, if the speaker has two channels. A voice with a place, with effects or apart from
    /// the mix has only its middle.
    fn add_side(&mut self, gain: Ramp, has_no_place: bool, begins: bool, sum: &mut Sum) {
        if let Some(side) = self.reception.side() {
            let wide = has_no_place && !self.is_apart && self.effects.are_off();
            self.width.add(side, gain, wide, begins, &mut sum.ears);
        }
    }

    /// The gain set by the listener and the channel, independent of the other speakers.
    fn own_gain(&self, properties: FrameProperties) -> f32 {
        self.volume * properties.gain * self.levelling.gain() * self.noise_gate.gain()
    }

    fn reason_to_be_silent(&self, properties: FrameProperties, scene: &Scene) -> Option<Unheard> {
        if scene.is_silent {
            Some(Unheard::Deafened)
        } else if self.is_muted {
            Some(Unheard::Muted)
        } else if self.volume * properties.gain <= 0.0 {
            Some(Unheard::TurnedDown)
        } else if scene.top_priority > Some(properties.priority) {
            Some(Unheard::Outranked)
        } else if self.distance_gain(properties, scene) <= 0.0 {
            Some(Unheard::OutOfRange)
        } else {
            None
        }
    }

    fn distance_gain(&self, properties: FrameProperties, scene: &Scene) -> f32 {
        self.positions(properties, scene)
            .map_or(1.0, |(place, listener)| scene.spatial.gain(&place, &listener))
    }

    /// The positions of the speaker and the listener, if the voice comes from a place and both are known; `None` for a
    /// speaker that is kept apart, which is placed elsewhere.
    fn positions(&self, properties: FrameProperties, scene: &Scene) -> Option<(SpeakerPlace, Pose)> {
        self.place.zip(scene.listener).filter(|_| properties.positional && !self.is_apart)
    }
}

/// How far a speaker is from the listener, in metres.
fn distance_m(positions: Option<(SpeakerPlace, Pose)>) -> Option<f32> {
    let (place, listener) = positions?;
    let squares = place.position_m.iter().zip(listener.position_m).map(|(mouth, ear)| (mouth - ear).powi(2));
    Some(squares.sum::<f32>().sqrt())
}
