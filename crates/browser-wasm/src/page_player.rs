//! The player's engine for a page that has to run it itself: packets are what comes and goes
//! in the WebSocket's messages.

use std::time::Duration;

use consonance_browser::{BrowserPlayer, BrowserSettings, PageLinkCommand, PageQuality};
use consonance_session::{Delivery, Instant};
use serde::Deserialize;

use crate::exchange::Exchange;
use crate::playback::SlotPacket;

/// A [`BrowserPlayer`] whose packets have the byte before them that says how they travel: `docs/networks/websocket.md`.
#[derive(Debug)]
pub struct PagePlayer {
    player: BrowserPlayer,
}

impl PagePlayer {
    /// Reads the player's identity out of JSON: `name`, `session`, `slots`, and `token` or `password` where there is
    /// one; `encrypts` if its packets are sealed and opened on their way.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn start(settings: &[u8]) -> Result<Self, serde_json::Error> {
        let Settings { name, session, slots, token, password, encrypts } = serde_json::from_slice(settings)?;
        // It keeps its place itself, as it outlives its links.
        let settings = BrowserSettings { name, session, token, password, place: None, slots, encrypts };
        Ok(Self { player: BrowserPlayer::new(settings) })
    }

    /// The server has admitted us.
    pub fn handle_link_up(&mut self, now: Instant) {
        self.player.handle_connected(now);
    }

    /// The link is gone, or could not be opened; the server's words for it may be empty.
    pub fn handle_link_down(&mut self, now: Instant, was_up: bool, reason: &[u8]) {
        if was_up {
            self.player.handle_link_lost(now, reason);
        } else {
            self.player.handle_connect_failed(now);
        }
    }

    /// A message of the WebSocket. One whose first byte is of no packet is passed over.
    pub fn handle_packet(&mut self, now: Instant, message: &[u8]) {
        match message {
            [RELIABLE, packet @ ..] => self.player.handle_packet(now, Delivery::Reliable, packet),
            [UNRELIABLE, packet @ ..] => self.player.handle_packet(now, Delivery::Unreliable, packet),
            _ => {}
        }
    }

    /// The page says something: `docs/browser/control.md`. What is not text is ignored.
    pub fn handle_message(&mut self, now: Instant, text: &[u8]) {
        if let Ok(text) = str::from_utf8(text) {
            self.player.handle_message(now, text);
        }
    }

    /// A packet of the microphone: `sequence` counts them, `time` is when it began, in samples at 48 kHz.
    pub fn handle_voice(&mut self, now: Instant, sequence: u64, time: u64, payload: &[u8]) {
        self.player.handle_voice(now, sequence, time, payload);
    }

    /// How long the server takes to answer.
    pub fn handle_round_trip(&mut self, now: Instant, round_trip: Duration) {
        let quality = PageQuality { rtt: Some(round_trip), ..PageQuality::default() };
        self.player.handle_quality(now, quality);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.player.handle_timeout(now);
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.player.poll_timeout()
    }

    /// What is to be done with the WebSocket, besides sending.
    pub fn poll_command(&mut self) -> Option<PageLinkCommand> {
        self.player.poll_command()
    }

    /// Tells the next message for the WebSocket; its length in bytes.
    pub fn poll_transmit(&mut self, exchange: &mut Exchange) -> Option<usize> {
        loop {
            let (delivery, packet) = self.player.poll_transmit()?;
            let mark = if delivery == Delivery::Reliable { RELIABLE } else { UNRELIABLE };
            if let Some(length) = exchange.tell(&[mark], packet) {
                return Some(length);
            }
        }
    }

    /// Tells the next message for the page; its length in bytes.
    pub fn poll_message(&mut self, exchange: &mut Exchange) -> Option<usize> {
        loop {
            let message = self.player.poll_message()?;
            if let Some(length) = exchange.tell(message.as_bytes(), &[]) {
                return Some(length);
            }
        }
    }

    /// Tells the next frame for a slot, as [`SlotPacket::write`] has it; its length in bytes.
    pub fn poll_voice(&mut self, exchange: &mut Exchange) -> Option<usize> {
        loop {
            let voice = self.player.poll_voice()?;
            let (slot, sequence, samples) = (voice.slot, voice.sequence, voice.samples);
            // Streams are numbered one after the other, so their last 32 bits tell neighbours apart.
            let stream = voice.stream as u32;
            let voice = SlotPacket { slot, stream, sequence, samples, payload: voice.payload };
            if let Some(length) = voice.write(exchange.bytes()) {
                return Some(length);
            }
        }
    }

    /// The player has left, or was put out: what is left is to drain it.
    pub fn is_over(&self) -> bool {
        self.player.is_over()
    }
}

/// The first byte of a message: how its packet travels.
const RELIABLE: u8 = 0;
const UNRELIABLE: u8 = 1;

#[derive(Deserialize)]
struct Settings {
    name: String,
    session: String,
    slots: usize,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    encrypts: bool,
}
