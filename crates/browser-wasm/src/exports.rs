//! What JavaScript calls. Numbers in, numbers out; everything longer is in the exchange.
//!
//! The only `unsafe` is the attribute that gives each function the name by which it is called. What it asks for: the names
//! are ours alone, since nothing else in a WebAssembly module of ours exports functions, and each function may be
//! called with any numbers in any order. JavaScript writes into this memory at [`exchange_bytes`] and
//! [`exchange_samples`], and only between calls: there is one thread, and nothing here calls out.
#![expect(unsafe_code, reason = "a name that JavaScript knows has to be said to be unique")]
#![expect(unreachable_pub, reason = "JavaScript is who reaches it")]

use std::cell::RefCell;

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
pub extern "C" fn encoder_start() {
    with(Instance::start_encoder);
}

/// Encodes the first 960 samples into a packet; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn encoder_encode() -> i32 {
    with(|instance| length_or_none(instance.encode()))
}

/// How many of 100 packets do not reach those who listen.
#[unsafe(no_mangle)]
pub extern "C" fn encoder_set_expected_loss(percent: u32) {
    with(|instance| instance.set_expected_loss(percent.min(100) as u8));
}

/// Begins to play so many slots.
#[unsafe(no_mangle)]
pub extern "C" fn playback_start(slots: usize) {
    with(|instance| instance.start_playback(slots));
}

/// A packet of Opus for a slot: the first `length` bytes; see [`crate::SlotVoice::write`].
#[unsafe(no_mangle)]
pub extern "C" fn playback_voice(length: usize) {
    with(|instance| instance.handle_slot_voice(length));
}

/// Whoever speaks in the slot has stopped.
#[unsafe(no_mangle)]
pub extern "C" fn playback_end(slot: usize) {
    with(|instance| instance.handle_slot_end(slot));
}

/// The next 10 ms of all slots, 480 samples each, one after the other; a bit for each that is not silent.
#[unsafe(no_mangle)]
pub extern "C" fn playback_render() -> u32 {
    with(Instance::render)
}

/// How many frames were lost of late, in percent.
#[unsafe(no_mangle)]
pub extern "C" fn playback_lost_percent() -> f32 {
    with(|instance| instance.reception().lost_percent)
}

/// How long frames wait for late ones, in ms.
#[unsafe(no_mangle)]
pub extern "C" fn playback_delay_ms() -> f32 {
    with(|instance| instance.reception().delay_ms)
}

fn with<T>(act: impl FnOnce(&mut Instance) -> T) -> T {
    INSTANCE.with_borrow_mut(act)
}

fn length_or_none(length: Option<usize>) -> i32 {
    length.and_then(|length| i32::try_from(length).ok()).unwrap_or(-1)
}
