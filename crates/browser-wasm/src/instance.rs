//! Everything that one WebAssembly instance holds, behind the functions that JavaScript calls.

use std::time::Duration;

use consonance_audio::RateMode;
use consonance_browser::PageLinkCommand;
use consonance_session::Instant;

use crate::exchange::Exchange;
use crate::page_player::PagePlayer;
use crate::playback::{Playback, ReceptionStatistics, SlotPacket};
use crate::voice_encoder::VoiceEncoder;

/// One instance, as a worker or a worklet has it. What was not started does nothing.
#[derive(Debug, Default)]
pub struct Instance {
    exchange: Exchange,
    encoder: Option<VoiceEncoder>,
    playback: Option<Playback>,
    player: Option<PagePlayer>,
}

impl Instance {
    /// The memory that both sides see.
    pub fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// Begins to encode; what was encoded before is forgotten.
    pub fn start_encoder(&mut self, rate: RateMode) {
        self.encoder = Some(VoiceEncoder::new(rate));
    }

    /// Encodes the first frame of the exchange's samples into its bytes; returns how many.
    pub fn encode(&mut self) -> Option<usize> {
        let (samples, packet) = self.exchange.samples_and_bytes();
        self.encoder.as_mut()?.encode(&samples[..VoiceEncoder::FRAME_SAMPLES], packet)
    }

    /// How many of 100 packets do not reach the listeners.
    pub fn set_expected_loss(&mut self, percent: u8) {
        if let Some(encoder) = &mut self.encoder {
            encoder.set_expected_loss(percent);
        }
    }

    /// Begins to play so many slots; what played before is forgotten.
    pub fn start_playback(&mut self, slots: usize) {
        self.playback = Some(Playback::new(slots));
    }

    /// A packet for a slot has come in: the first `length` bytes of the exchange, as [`SlotPacket::write`] has them.
    pub fn handle_slot_voice(&mut self, length: usize) {
        if let (Some(playback), Some(voice)) =
            (&mut self.playback, SlotPacket::read(self.exchange.said(length)))
        {
            playback.handle_voice(voice);
        }
    }

    /// The speaker in the slot has stopped.
    pub fn handle_slot_end(&mut self, slot: usize) {
        if let Some(playback) = &mut self.playback {
            playback.handle_end(slot);
        }
    }

    /// Puts the next 10 ms of all slots into the exchange's samples; a bit is set for each that is not silent.
    pub fn render(&mut self) -> u32 {
        self.playback.as_mut().map_or(0, |playback| playback.render(self.exchange.samples()))
    }

    /// How voices came in recently.
    pub fn reception(&self) -> ReceptionStatistics {
        self.playback.as_ref().map_or(ReceptionStatistics::default(), Playback::reception)
    }

    /// Begins to play, out of the settings in the first `length` bytes; `false` if they are none.
    pub fn start_player(&mut self, length: usize) -> bool {
        self.player = PagePlayer::start(self.exchange.said(length)).ok();
        self.player.is_some()
    }

    /// The WebSocket is up, and the server has admitted us.
    pub fn handle_link_up(&mut self, now: Instant) {
        if let Some(player) = &mut self.player {
            player.handle_link_up(now);
        }
    }

    /// The WebSocket is gone, or could not be opened; the server's words are the first `length` bytes.
    pub fn handle_link_down(&mut self, now: Instant, was_up: bool, length: usize) {
        if let Some(player) = &mut self.player {
            player.handle_link_down(now, was_up, self.exchange.said(length));
        }
    }

    /// A message of the WebSocket: the first `length` bytes.
    pub fn handle_packet(&mut self, now: Instant, length: usize) {
        if let Some(player) = &mut self.player {
            player.handle_packet(now, self.exchange.said(length));
        }
    }

    /// The page says something: the first `length` bytes.
    pub fn handle_message(&mut self, now: Instant, length: usize) {
        if let Some(player) = &mut self.player {
            player.handle_message(now, self.exchange.said(length));
        }
    }

    /// A packet of the microphone: the first `length` bytes; see [`PagePlayer::handle_voice`].
    pub fn handle_voice(&mut self, now: Instant, sequence: u64, time: u64, length: usize) {
        if let Some(player) = &mut self.player {
            player.handle_voice(now, sequence, time, self.exchange.said(length));
        }
    }

    /// How long the server takes to answer.
    pub fn handle_round_trip(&mut self, now: Instant, round_trip: Duration) {
        if let Some(player) = &mut self.player {
            player.handle_round_trip(now, round_trip);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Some(player) = &mut self.player {
            player.handle_timeout(now);
        }
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.player.as_ref()?.poll_timeout()
    }

    /// What is to be done with the WebSocket, besides sending.
    pub fn poll_command(&mut self) -> Option<PageLinkCommand> {
        self.player.as_mut()?.poll_command()
    }

    /// Tells the next message for the WebSocket; its length in bytes.
    pub fn poll_transmit(&mut self) -> Option<usize> {
        self.player.as_mut()?.poll_transmit(&mut self.exchange)
    }

    /// Tells the next message for the page; its length in bytes.
    pub fn poll_message(&mut self) -> Option<usize> {
        self.player.as_mut()?.poll_message(&mut self.exchange)
    }

    /// Tells the next frame for a slot, as [`SlotPacket::write`] has it; its length in bytes.
    pub fn poll_voice(&mut self) -> Option<usize> {
        self.player.as_mut()?.poll_voice(&mut self.exchange)
    }

    /// The player has left, or was put out, or was never there.
    pub fn is_over(&self) -> bool {
        self.player.as_ref().is_none_or(PagePlayer::is_over)
    }
}
