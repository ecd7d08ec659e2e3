//! The state of one WebAssembly instance, behind the functions that JavaScript calls.

use std::time::Duration;

use consonance_audio::RateMode;
use consonance_session::Instant;

use crate::PageLinkCommand;
use crate::wasm_voice::exchange::Exchange;
use crate::wasm_voice::page_player::PagePlayer;
use crate::wasm_voice::playback::{Playback, ReceptionStatistics};
use crate::wasm_voice::slot_voice;
use crate::wasm_voice::voice_encoder::VoiceEncoder;

/// The state of one instance, in a worker or a worklet. Calls to parts that were not started have no effect.
#[derive(Debug, Default)]
pub struct Instance {
    exchange: Exchange,
    encoder: Option<VoiceEncoder>,
    playback: Option<Playback>,
    player: Option<PagePlayer>,
}

impl Instance {
    /// The memory shared with JavaScript.
    pub fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// Starts a new encoder; an earlier one is dropped.
    pub fn start_encoder(&mut self, rate: RateMode) {
        self.encoder = Some(VoiceEncoder::new(rate));
    }

    /// Encodes the first frame of the exchange's samples into its bytes; returns the packet's length.
    pub fn encode(&mut self) -> Option<usize> {
        let (samples, packet) = self.exchange.samples_and_bytes();
        self.encoder.as_mut()?.encode(&samples[..VoiceEncoder::FRAME_SAMPLES], packet)
    }

    /// Sets how many of 100 packets are expected not to reach the listeners.
    pub fn set_expected_loss(&mut self, percent: u8) {
        if let Some(encoder) = &mut self.encoder {
            encoder.set_expected_loss(percent);
        }
    }

    /// Starts to play this number of slots; earlier playback is forgotten.
    pub fn start_playback(&mut self, slots: usize) {
        self.playback = Some(Playback::new(slots));
    }

    /// Handles a frame for a slot: the first `length` bytes of the exchange, as [`poll_voice`](Self::poll_voice) writes
    /// them.
    pub fn handle_slot_voice(&mut self, length: usize) {
        if let (Some(playback), Some(voice)) =
            (&mut self.playback, slot_voice::read(self.exchange.said(length)))
        {
            playback.handle_voice(voice);
        }
    }

    /// Notes that the speaker in the slot has stopped.
    pub fn handle_slot_end(&mut self, slot: usize) {
        if let Some(playback) = &mut self.playback {
            playback.handle_end(slot);
        }
    }

    /// Writes the next 10 ms of all slots to the exchange's samples; returns a bit for each that is not silent.
    pub fn render(&mut self) -> u32 {
        self.playback.as_mut().map_or(0, |playback| playback.render(self.exchange.samples()))
    }

    /// The recent reception of voices.
    pub fn reception(&self) -> ReceptionStatistics {
        self.playback.as_ref().map_or(ReceptionStatistics::default(), Playback::reception)
    }

    /// Starts a player with the settings in the first `length` bytes; `false` if they are invalid.
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

    /// The WebSocket is gone, or could not be opened; the server's reason is in the first `length` bytes.
    pub fn handle_link_down(&mut self, now: Instant, was_up: bool, length: usize) {
        if let Some(player) = &mut self.player {
            player.handle_link_down(now, was_up, self.exchange.said(length));
        }
    }

    /// Handles a message of the WebSocket: the first `length` bytes.
    pub fn handle_packet(&mut self, now: Instant, length: usize) {
        if let Some(player) = &mut self.player {
            player.handle_packet(now, self.exchange.said(length));
        }
    }

    /// Handles a message of the page: the first `length` bytes.
    pub fn handle_message(&mut self, now: Instant, length: usize) {
        if let Some(player) = &mut self.player {
            player.handle_message(now, self.exchange.said(length));
        }
    }

    /// Handles a packet of the microphone: the first `length` bytes; see [`PagePlayer::handle_voice`].
    pub fn handle_voice(&mut self, now: Instant, sequence: u64, time: u64, length: usize) {
        if let Some(player) = &mut self.player {
            player.handle_voice(now, sequence, time, self.exchange.said(length));
        }
    }

    /// Sets the server's round-trip time.
    pub fn handle_round_trip(&mut self, now: Instant, round_trip: Duration) {
        if let Some(player) = &mut self.player {
            player.handle_round_trip(now, round_trip);
        }
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Some(player) = &mut self.player {
            player.handle_timeout(now);
        }
    }

    /// When [`Self::handle_timeout`] must be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.player.as_ref()?.poll_timeout()
    }

    /// The next command for the WebSocket, besides messages to send.
    pub fn poll_command(&mut self) -> Option<PageLinkCommand> {
        self.player.as_mut()?.poll_command()
    }

    /// Writes the next message for the WebSocket to the exchange; returns its length in bytes.
    pub fn poll_transmit(&mut self) -> Option<usize> {
        self.player.as_mut()?.poll_transmit(&mut self.exchange)
    }

    /// Writes the next message for the page to the exchange; returns its length in bytes.
    pub fn poll_message(&mut self) -> Option<usize> {
        self.player.as_mut()?.poll_message(&mut self.exchange)
    }

    /// Writes the next frame for a slot to the exchange: its slot, stream, sequence number and length in samples, each
    /// as 32 bits little endian, and the Opus packet. Returns its length in bytes.
    pub fn poll_voice(&mut self) -> Option<usize> {
        self.player.as_mut()?.poll_voice(&mut self.exchange)
    }

    /// Whether the player has left, was removed, or was never started.
    pub fn is_over(&self) -> bool {
        self.player.as_ref().is_none_or(PagePlayer::is_over)
    }
}
