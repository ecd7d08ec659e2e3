//! The taps on the voices of players and on the mix.

use std::collections::BTreeMap;

use consonance_audio::{BLOCK_SAMPLES, SamplePosition, StereoBlock};

use crate::tap::{TapSender, TapSenders, TapSound};

/// The most players with taps at the same time, present or not.
const TAPPED_SPEAKERS_MAX: usize = 1_024;

/// The taps on players, and those on the mix.
#[derive(Default)]
pub(super) struct Taps {
    speakers: BTreeMap<String, TapSenders>,
    mix: TapSenders,
}

impl Taps {
    /// Adds a tap on a player, which is fed whenever that player is here.
    ///
    /// # Errors
    /// If there are too many such taps.
    pub(super) fn add_speaker(&mut self, name: String, sender: TapSender) -> Result<(), String> {
        self.forget_abandoned();
        if self.speakers.len() >= TAPPED_SPEAKERS_MAX && !self.speakers.contains_key(&name) {
            return Err(format!("{TAPPED_SPEAKERS_MAX} players are already tapped: drop some taps first"));
        }
        self.speakers.entry(name).or_default().add(sender);
        Ok(())
    }

    /// Adds a tap on the mix.
    pub(super) fn add_mix(&mut self, sender: TapSender) {
        self.mix.add(sender);
    }

    /// Drops abandoned taps, including those on silent players.
    pub(super) fn forget_abandoned(&mut self) {
        self.mix.prune();
        self.speakers.retain(|_, senders| {
            senders.prune();
            !senders.is_empty()
        });
    }

    pub(super) fn are_on_speakers(&self) -> bool {
        !self.speakers.is_empty()
    }

    pub(super) fn push_speaker(
        &mut self,
        name: &str,
        position: SamplePosition,
        sound: &[f32; BLOCK_SAMPLES],
    ) {
        if let Some(senders) = self.speakers.get_mut(name) {
            senders.push(position, &TapSound::Mono(*sound));
        }
    }

    pub(super) fn push_mix(&mut self, position: SamplePosition, block: &StereoBlock) {
        if !self.mix.is_empty() {
            self.mix.push(position, &TapSound::Stereo(*block));
        }
    }
}
