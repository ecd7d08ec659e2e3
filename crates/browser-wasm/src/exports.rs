//! What JavaScript calls. Numbers in, numbers out; everything longer is in the exchange.
//!
//! The only `unsafe` is the attribute that gives each function the name by which it is called. What it asks for: the
//! names are ours alone, since nothing else in a WebAssembly module of ours exports functions, and each function may be
//! called with any numbers in any order. JavaScript writes into this memory at [`exchange_bytes`] and
//! [`exchange_samples`], and only between calls: there is one thread, and nothing here calls out.
#![expect(unsafe_code, reason = "a name that JavaScript knows has to be said to be unique")]
#![expect(unreachable_pub, reason = "called from JavaScript")]

use std::cell::RefCell;
use std::time::Duration;

use consonance_audio::RateMode;
use consonance_browser::PageLinkCommand;
use consonance_session::Instant;

use crate::instance::Instance;

thread_local! {
    static INSTANCE: RefCell<Instance> = RefCell::new(Instance::default());
}

/// Where the exchange's bytes begin; see [`crate::EXCHANGE_BYTES`].
#[unsafe(no_mangle)]
pub extern "C" fn exchange_bytes() -> *mut u8 {
    with(|instance| instance.exchange().bytes().as_mut_ptr())
}

/// Where the exchange's samples begin, 32-bit floats; see [`crate::SAMPLES`].
#[unsafe(no_mangle)]
pub extern "C" fn exchange_samples() -> *mut f32 {
    with(|instance| instance.exchange().samples().as_mut_ptr())
}

/// Begins to encode.
#[unsafe(no_mangle)]
pub extern "C" fn encoder_start(has_constant_rate: u32) {
    let rate = if has_constant_rate == 0 { RateMode::Variable } else { RateMode::Constant };
    with(|instance| instance.start_encoder(rate));
}

/// Encodes the first 960 samples into a packet; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn encoder_encode() -> i32 {
    with(|instance| length_or_none(instance.encode()))
}

/// How many of 100 packets do not reach the listeners.
#[unsafe(no_mangle)]
pub extern "C" fn encoder_set_expected_loss(percent: u32) {
    with(|instance| instance.set_expected_loss(percent.min(100) as u8));
}

/// Begins to play so many slots.
#[unsafe(no_mangle)]
pub extern "C" fn playback_start(slots: usize) {
    with(|instance| instance.start_playback(slots));
}

/// A packet of Opus for a slot: the first `length` bytes; see [`crate::SlotPacket::write`].
#[unsafe(no_mangle)]
pub extern "C" fn playback_voice(length: usize) {
    with(|instance| instance.handle_slot_voice(length));
}

/// The speaker in the slot has stopped.
#[unsafe(no_mangle)]
pub extern "C" fn playback_end(slot: usize) {
    with(|instance| instance.handle_slot_end(slot));
}

/// The next 10 ms of all slots, 480 samples each, one after the other; a bit for each that is not silent.
#[unsafe(no_mangle)]
pub extern "C" fn playback_render() -> u32 {
    with(Instance::render)
}

/// How many frames were lost recently, in percent.
#[unsafe(no_mangle)]
pub extern "C" fn playback_lost_percent() -> f32 {
    with(|instance| instance.reception().lost_percent)
}

/// How long frames wait for late ones, in ms.
#[unsafe(no_mangle)]
pub extern "C" fn playback_delay_ms() -> f32 {
    with(|instance| instance.reception().delay_ms)
}

/// Begins to play, out of settings in JSON in the first `length` bytes; 0 if they are none. All times are in
/// microseconds of a clock that does not go back.
#[unsafe(no_mangle)]
pub extern "C" fn player_start(length: usize) -> u32 {
    with(|instance| instance.start_player(length).into())
}

/// The WebSocket is up, and the server has admitted us.
#[unsafe(no_mangle)]
pub extern "C" fn player_link_up(now: f64) {
    with(|instance| instance.handle_link_up(instant(now)));
}

/// The WebSocket is gone, or, if `was_up` is 0, could not be opened; the server's words are the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn player_link_down(now: f64, was_up: u32, length: usize) {
    with(|instance| instance.handle_link_down(instant(now), was_up != 0, length));
}

/// A message of the WebSocket: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn player_packet(now: f64, length: usize) {
    with(|instance| instance.handle_packet(instant(now), length));
}

/// A message of the page: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn player_message(now: f64, length: usize) {
    with(|instance| instance.handle_message(instant(now), length));
}

/// A packet of the microphone: the first `length` bytes; which one, and when it began, in samples.
#[unsafe(no_mangle)]
pub extern "C" fn player_voice(now: f64, sequence: f64, time: f64, length: usize) {
    with(|instance| instance.handle_voice(instant(now), sequence as u64, time as u64, length));
}

/// How long the server takes to answer, in microseconds.
#[unsafe(no_mangle)]
pub extern "C" fn player_round_trip(now: f64, round_trip: f64) {
    with(|instance| instance.handle_round_trip(instant(now), Duration::from_micros(round_trip as u64)));
}

/// Time has passed.
#[unsafe(no_mangle)]
pub extern "C" fn player_timeout(now: f64) {
    with(|instance| instance.handle_timeout(instant(now)));
}

/// When [`player_timeout`] wants to be called; infinity if never.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_timeout() -> f64 {
    with(|instance| instance.poll_timeout().map_or(f64::INFINITY, |at| at.as_micros() as f64))
}

/// What is to be done with the WebSocket: 0 nothing, 1 open one, 2 close it after what was sent.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_command() -> u32 {
    with(|instance| match instance.poll_command() {
        None => 0,
        Some(PageLinkCommand::Open) => 1,
        Some(PageLinkCommand::Close) => 2,
    })
}

/// The next message for the WebSocket; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_transmit() -> i32 {
    with(|instance| length_or_none(instance.poll_transmit()))
}

/// The next message for the page; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_message() -> i32 {
    with(|instance| length_or_none(instance.poll_message()))
}

/// The next frame for [`playback_voice`] of the worklet; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn player_poll_voice() -> i32 {
    with(|instance| length_or_none(instance.poll_voice()))
}

/// 1 if the player has left, or was put out.
#[unsafe(no_mangle)]
pub extern "C" fn player_is_over() -> u32 {
    with(|instance| instance.is_over().into())
}

/// A value that is not a number is the clock's start.
fn instant(micros: f64) -> Instant {
    Instant::from_micros(micros as u64)
}

fn with<T>(act: impl FnOnce(&mut Instance) -> T) -> T {
    INSTANCE.with_borrow_mut(act)
}

fn length_or_none(length: Option<usize>) -> i32 {
    length.and_then(|length| i32::try_from(length).ok()).unwrap_or(-1)
}
