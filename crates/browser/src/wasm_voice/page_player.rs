//! The player's engine for a page that has to run it itself: packets arrive and leave as the WebSocket's messages.

use std::time::Duration;

use consonance_session::{Delivery, Instant};

use crate::wasm_voice::exchange::Exchange;
use crate::wasm_voice::slot_voice;
use crate::{BrowserPlayer, BrowserSettings, PageLinkCommand, PageQuality};

/// A [`BrowserPlayer`] whose packets are preceded by a byte with their delivery: `docs/networks/websocket.md`.
#[derive(Debug)]
pub struct PagePlayer {
    player: BrowserPlayer,
}

impl PagePlayer {
    /// Reads the player's identity from JSON, as [`BrowserSettings`] says.
    ///
    /// # Errors
    /// A description of the error.
    pub fn start(settings: &[u8]) -> Result<Self, serde_json::Error> {
        let settings: BrowserSettings = serde_json::from_slice(settings)?;
        Ok(Self { player: BrowserPlayer::new(settings) })
    }

    /// The server has admitted us.
    pub fn handle_link_up(&mut self, now: Instant) {
        self.player.handle_connected(now);
    }

    /// The link is gone, or could not be opened; the server's reason may be empty.
    pub fn handle_link_down(&mut self, now: Instant, was_up: bool, reason: &[u8]) {
        if was_up {
            self.player.handle_link_lost(now, reason);
        } else {
            self.player.handle_connect_failed(now);
        }
    }

    /// Handles a message of the WebSocket. One whose first byte is not that of a packet is ignored.
    pub fn handle_packet(&mut self, now: Instant, message: &[u8]) {
        match message {
            [RELIABLE, packet @ ..] => self.player.handle_packet(now, Delivery::Reliable, packet),
            [UNRELIABLE, packet @ ..] => self.player.handle_packet(now, Delivery::Unreliable, packet),
            _ => {}
        }
    }

    /// Takes a message of the page: `docs/browser/control.md`. Data that is not text is ignored.
    pub fn handle_message(&mut self, now: Instant, text: &[u8]) {
        if let Ok(text) = str::from_utf8(text) {
            self.player.handle_message(now, text);
        }
    }

    /// A packet of the microphone: `sequence` counts them, `time` is when it began, in samples at 48 kHz.
    pub fn handle_voice(&mut self, now: Instant, sequence: u64, time: u64, payload: &[u8]) {
        self.player.handle_voice(now, sequence, time, payload);
    }

    /// Sets the server's round-trip time.
    pub fn handle_round_trip(&mut self, now: Instant, round_trip: Duration) {
        let quality = PageQuality { rtt: Some(round_trip), ..PageQuality::default() };
        self.player.handle_quality(now, quality);
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.player.handle_timeout(now);
    }

    /// When [`Self::handle_timeout`] must be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.player.poll_timeout()
    }

    /// The next command for the WebSocket, besides messages to send.
    pub fn poll_command(&mut self) -> Option<PageLinkCommand> {
        self.player.poll_command()
    }

    /// Writes the next message for the WebSocket to the exchange; returns its length in bytes.
    pub fn poll_transmit(&mut self, exchange: &mut Exchange) -> Option<usize> {
        loop {
            let (delivery, packet) = self.player.poll_transmit()?;
            let mark = if delivery == Delivery::Reliable { RELIABLE } else { UNRELIABLE };
            if let Some(length) = exchange.tell(&[mark], packet) {
                return Some(length);
            }
        }
    }

    /// Writes the next message for the page to the exchange; returns its length in bytes.
    pub fn poll_message(&mut self, exchange: &mut Exchange) -> Option<usize> {
        loop {
            let message = self.player.poll_message()?;
            if let Some(length) = exchange.tell(message.as_bytes(), &[]) {
                return Some(length);
            }
        }
    }

    /// Writes the next frame for a slot for
    /// [`Instance::handle_slot_voice`](crate::wasm_voice::Instance::handle_slot_voice); returns its length in bytes.
    pub fn poll_voice(&mut self, exchange: &mut Exchange) -> Option<usize> {
        loop {
            let voice = self.player.poll_voice()?;
            if let Some(length) = slot_voice::write(&voice, exchange.bytes()) {
                return Some(length);
            }
        }
    }

    /// Whether the player has left, or was removed: it then only has to be drained.
    pub fn is_over(&self) -> bool {
        self.player.is_over()
    }
}

/// The first byte of a message: the delivery of its packet.
const RELIABLE: u8 = 0;
const UNRELIABLE: u8 = 1;
