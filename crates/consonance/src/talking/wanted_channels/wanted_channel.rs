//! One channel that the game wants: whether it should be heard, how far it is faded, and its state in the session.

use std::time::Instant;

use consonance_audio::{ActivationMode, BLOCK_SAMPLES, Demand, SAMPLE_RATE_HZ};
use consonance_session::{ChannelId, ChannelProperties, Client, Priority, Target};

use super::ChatActivation;
use crate::channel::{ChannelActivation, ChannelState, NewChannel};
use crate::fader::Fader;
use crate::player_state::{SpeakingChannel, SpeakingTarget};
use crate::timeline::Timeline;

/// A channel that the game wants.
pub(super) struct WantedChannel {
    pub(super) new: NewChannel,
    pub(super) activation: Timeline<ChannelActivation>,
    fader: Fader,
    /// Whether it should be heard in this block.
    intent: bool,
    pub(super) open: Option<ChannelId>,
    /// Whether the session had no room for it, which was reported to the game.
    refused: bool,
}

impl WantedChannel {
    /// A channel that is not open yet.
    pub(super) fn new(new: NewChannel, activation: Timeline<ChannelActivation>) -> Self {
        let fader = Fader::default();
        Self { new, activation, fader, intent: false, open: None, refused: false }
    }

    /// This channel's demand on the capture.
    pub(super) fn demand(&self, chat: ChatActivation) -> Demand {
        let fade = self.new.settings.fade.within_limits();
        let mut demand = demand_of(self.activation.newest(), chat);
        if demand.speech {
            demand.tail_ms = (fade.fade_out_seconds * 1_000.0).ceil() as u32;
        } else {
            demand.everything |= self.fader.volume() > 0.0;
        }
        demand
    }

    /// Fades, and opens the channel if it should be heard. A refused one retries only while `has_room`, which it
    /// updates for the channels after it.
    ///
    /// # Errors
    /// If the session has no room for it, reported once.
    pub(super) fn follow(
        &mut self,
        recorded_until: Instant,
        is_speech: bool,
        chat: ChatActivation,
        has_room: &mut bool,
        client: &mut Client,
    ) -> Result<(), String> {
        let demand = demand_of(self.activation.at(recorded_until), chat);
        self.intent = (demand.everything || demand.speech && is_speech) && self.is_still_wanted();
        let before = self.fader.volume();
        let volume = self.fader.step(self.new.settings.fade, self.intent, BLOCK_SECONDS);
        if !self.intent {
            self.refused = false;
        }
        if self.intent && self.open.is_none() && (*has_room || !self.refused) {
            match client.open_channel(self.new.target.clone(), self.shown()) {
                Ok(open) => (self.open, self.refused) = (Some(open), false),
                Err(error) => {
                    *has_room = false;
                    if !std::mem::replace(&mut self.refused, true) {
                        return Err(error.to_string());
                    }
                }
            }
        } else if before.to_bits() != volume.to_bits() {
            self.show(client);
        }
        Ok(())
    }

    /// The properties to send: the game's amplitude is multiplied by the current volume of the fade.
    fn shown(&self) -> ChannelProperties {
        let amplitude = self.new.settings.properties.amplitude * self.fader.volume();
        ChannelProperties { amplitude, ..self.new.settings.properties }
    }

    pub(super) fn show(&self, client: &mut Client) {
        if let Some(open) = self.open {
            client.voice_mut().set_channel(open, self.shown());
        }
    }

    /// False once the game has closed it; it ends with the next block.
    pub(super) fn is_still_wanted(&self) -> bool {
        !self.new.closed.is_set()
    }

    /// Whether an open channel has nothing more to send: it is no longer wanted, or has faded out.
    pub(super) fn is_over(&self) -> bool {
        self.open.is_some() && (!self.is_still_wanted() || (!self.intent && self.fader.volume() <= 0.0))
    }

    pub(super) fn close(&mut self, client: &mut Client) {
        if let Some(open) = self.open.take() {
            client.voice_mut().close_channel(open);
        }
    }

    /// Closes it at once, without fading.
    pub(super) fn slam(&mut self, client: &mut Client) {
        self.fader.slam();
        (self.intent, self.refused) = (false, false);
        self.close(client);
    }

    pub(super) fn speaking_channel(&self, priority: Priority) -> SpeakingChannel {
        let ChannelProperties { positional, priority: own_priority, amplitude } = self.shown();
        let target = match &self.new.target {
            Target::Room(room) => SpeakingTarget::Room(room.to_string()),
            Target::Player(name) => SpeakingTarget::Player(name.to_string()),
        };
        SpeakingChannel { target, positional, amplitude, priority: own_priority.unwrap_or(priority) }
    }

    pub(super) fn state(&self) -> ChannelState {
        ChannelState { is_open: self.open.is_some(), volume: self.fader.volume() }
    }
}

/// The demand of an activation, without the extra demand of fades.
fn demand_of(activation: ChannelActivation, chat: ChatActivation) -> Demand {
    match activation {
        ChannelActivation::Inherit => chat.mode.demand(chat.key_held),
        ChannelActivation::Open => ActivationMode::Open.demand(false),
        ChannelActivation::Voice => ActivationMode::Voice.demand(false),
        ChannelActivation::Closed => Demand::default(),
    }
}

const BLOCK_SECONDS: f32 = BLOCK_SAMPLES as f32 / SAMPLE_RATE_HZ as f32;
