//! Functions for JavaScript. Parameters and results are numbers; everything longer is in the exchange.
//!
//! The only `unsafe` is the attribute that exports each function under its name. Its conditions: the names are
//! unique, since nothing else in this WebAssembly module exports functions, and each function may be called with any
//! numbers in any order. JavaScript writes into this memory at [`exchange_bytes`] and [`exchange_samples`], and only
//! between calls: there is one thread, and nothing here calls out.
#![expect(unsafe_code, reason = "a name that JavaScript knows has to be said to be unique")]
#![expect(unreachable_pub, reason = "called from JavaScript")]

use std::cell::RefCell;
use std::time::Duration;

use consonance_audio::RateMode;
use consonance_session::Instant;

use crate::PageLinkCommand;
use crate::wasm_voice::instance::Instance;

thread_local! {
    static INSTANCE: RefCell<Instance> = RefCell::new(Instance::default());
}

/// The address of the exchange's bytes; see [`crate::wasm_voice::EXCHANGE_BYTES`].
#[unsafe(no_mangle)]
pub extern "C" fn exchange_bytes() -> *mut u8 {
    with(|instance| instance.exchange().bytes().as_mut_ptr())
}

/// The address of the exchange's samples, 32-bit floats; see [`crate::wasm_voice::SAMPLES`].
#[unsafe(no_mangle)]
pub extern "C" fn exchange_samples() -> *mut f32 {
    with(|instance| instance.exchange().samples().as_mut_ptr())
}

/// Starts the encoder.
#[unsafe(no_mangle)]
pub extern "C" fn encoder_start(has_constant_rate: u32) {
    let rate = if has_constant_rate == 0 { RateMode::Variable } else { RateMode::Constant };
    with(|instance| instance.start_encoder(rate));
}

/// Encodes the first 960 samples into a packet; returns its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn encoder_encode() -> i32 {
    with(|instance| length_or_none(instance.encode()))
}

/// Sets how many of 100 packets are expected not to reach the listeners.
#[unsafe(no_mangle)]
pub extern "C" fn encoder_set_expected_loss(percent: u32) {
    with(|instance| instance.set_expected_loss(percent.min(100) as u8));
}

/// Starts to play this number of slots.
#[unsafe(no_mangle)]
pub extern "C" fn playback_start(slots: usize) {
    with(|instance| instance.start_playback(slots));
}

/// Takes an Opus packet for a slot from the first `length` bytes; see [`crate::wasm_voice::Instance::poll_voice`].
#[unsafe(no_mangle)]
pub extern "C" fn playback_voice(length: usize) {
    with(|instance| instance.handle_slot_voice(length));
}

/// Notes that the speaker in the slot has stopped.
#[unsafe(no_mangle)]
pub extern "C" fn playback_end(slot: usize) {
    with(|instance| instance.handle_slot_end(slot));
}

/// Renders the next 10 ms of all slots, 480 samples each, one after the other; returns a bit for each that is not
/// silent.
#[unsafe(no_mangle)]
pub extern "C" fn playback_render() -> u32 {
    with(Instance::render)
}

/// The share of frames lost recently, in percent.
#[unsafe(no_mangle)]
pub extern "C" fn playback_lost_percent() -> f32 {
    with(|instance| instance.reception().lost_percent)
}

/// How long frames wait for late ones, in ms.
#[unsafe(no_mangle)]
pub extern "C" fn playback_delay_ms() -> f32 {
    with(|instance| instance.reception().delay_ms)
}

/// Starts a player with the JSON settings in the first `length` bytes; returns 0 if they are invalid. All times are in
/// microseconds of a monotonic clock.
#[unsafe(no_mangle)]
pub extern "C" fn player_start(length: usize) -> u32 {
    with(|instance| instance.start_player(length).into())
}

/// The WebSocket is up, and the server has admitted us.
#[unsafe(no_mangle)]
pub extern "C" fn player_link_up(now: f64) {
    with(|instance| instance.handle_link_up(instant(now)));
}

/// The WebSocket is gone, or, if `was_up` is 0, could not be opened; the server's reason is in the first `length`
/// bytes.
#[unsafe(no_mangle)]
pub extern "C" fn player_link_down(now: f64, was_up: u32, length: usize) {
    with(|instance| instance.handle_link_down(instant(now), was_up != 0, length));
}

/// Handles a message of the WebSocket: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn player_packet(now: f64, length: usize) {
    with(|instance| instance.handle_packet(instant(now), length));
}

/// Handles a message of the page: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn player_message(now: f64, length: usize) {
    with(|instance| instance.handle_message(instant(now), length));
}

/// Handles a packet of the microphone: the first `length` bytes, with its number and its start in samples.
#[unsafe(no_mangle)]
pub extern "C" fn player_voice(now: f64, sequence: f64, time: f64, length: usize) {
    with(|instance| instance.handle_voice(instant(now), sequence as u64, time as u64, length));
}

/// Sets the server's round-trip time, in microseconds.
#[unsafe(no_mangle)]
pub extern "C" fn player_round_trip(now: f64, round_trip: f64) {
    with(|instance| instance.handle_round_trip(instant(now), Duration::from_micros(round_trip as u64)));
}

/// Handles the passing of time.
#[unsafe(no_mangle)]
pub extern "C" fn player_timeout(now: f64) {
    with(|instance| instance.handle_timeout(instant(now)));
}

/// When [`player_timeout`] must be called next; infinity if never.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_timeout() -> f64 {
    with(|instance| instance.poll_timeout().map_or(f64::INFINITY, |at| at.as_micros() as f64))
}

/// The next command for the WebSocket: 0 none, 1 open one, 2 close it after the messages sent before.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_command() -> u32 {
    with(|instance| match instance.poll_command() {
        None => 0,
        Some(PageLinkCommand::Open) => 1,
        Some(PageLinkCommand::Close) => 2,
    })
}

/// Writes the next message for the WebSocket; returns its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_transmit() -> i32 {
    with(|instance| length_or_none(instance.poll_transmit()))
}

/// Writes the next message for the page; returns its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_message() -> i32 {
    with(|instance| length_or_none(instance.poll_message()))
}

/// Writes the next frame for the worklet's [`playback_voice`]; returns its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_voice() -> i32 {
    with(|instance| length_or_none(instance.poll_voice()))
}

/// 1 if the player has left, or was removed.
#[unsafe(no_mangle)]
pub extern "C" fn player_is_over() -> u32 {
    with(|instance| instance.is_over().into())
}

/// A value that is not a number counts as the clock's start.
fn instant(micros: f64) -> Instant {
    Instant::from_micros(micros as u64)
}

fn with<T>(act: impl FnOnce(&mut Instance) -> T) -> T {
    INSTANCE.with_borrow_mut(act)
}

fn length_or_none(length: Option<usize>) -> i32 {
    length.and_then(|length| i32::try_from(length).ok()).unwrap_or(-1)
}
