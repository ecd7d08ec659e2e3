//! The body of the fuzz target `page_without_webrtc`: any input from a server, a page and a worklet, in any order.

use std::time::Duration;

use consonance_audio::RateMode;
use consonance_session::Instant;
use consonance_wire::fuzz_tape::Tape;

use crate::wasm_voice::instance::Instance;

/// A list of calls, each with two bytes before its data: which call, and the length.
///
/// # Panics
/// If a sample is louder than full scale, or an output is not a message of its kind.
pub fn page_without_webrtc(bytes: &[u8]) {
    let mut instance = Instance::default();
    let settings = instance.exchange().tell(br#"{"name":"Alice","session":"main","slots":4}"#, &[]);
    assert!(settings.is_some_and(|length| instance.start_player(length)), "these are settings");
    instance.start_playback(4);
    instance.start_encoder(RateMode::Variable);
    let mut now = Instant::from_micros(0);
    instance.handle_timeout(now);
    let mut tape = Tape::new(bytes);
    while !tape.is_empty() {
        let (call, said) = (tape.byte(), tape.counted());
        now = now + Duration::from_millis(u64::from(call >> 4));
        if let Some(length) = instance.exchange().tell(said, &[]) {
            act(&mut instance, now, call & 15, length);
        }
        drain(&mut instance);
    }
}

fn act(instance: &mut Instance, now: Instant, call: u8, length: usize) {
    let first = instance.exchange().said(1).first().copied().unwrap_or_default();
    match call {
        0 => instance.handle_link_up(now),
        1 => instance.handle_link_down(now, first & 1 != 0, length),
        2..=4 => instance.handle_packet(now, length),
        5..=7 => instance.handle_message(now, length),
        8 => instance.handle_voice(now, first.into(), 960 * u64::from(first), length),
        9..=11 => instance.handle_slot_voice(length),
        12 => instance.handle_slot_end(first.into()),
        13 => instance.handle_timeout(now + Duration::from_secs(first.into())),
        14 => assert_quiet(instance),
        _ => instance.set_expected_loss(first),
    }
}

fn assert_quiet(instance: &mut Instance) {
    instance.render();
    assert!(instance.exchange().samples().iter().all(|sample| sample.abs() <= 1.0), "beyond full scale");
}

fn drain(instance: &mut Instance) {
    while instance.poll_command().is_some() {}
    while let Some(length) = instance.poll_transmit() {
        let mark = instance.exchange().said(length).first().copied();
        assert!(matches!(mark, Some(0 | 1)), "a message that does not say how its packet travels");
    }
    while let Some(length) = instance.poll_message() {
        let said = instance.exchange().said(length);
        assert!(serde_json::from_slice::<serde_json::Value>(said).is_ok(), "a message that is no JSON");
    }
    while let Some(length) = instance.poll_voice() {
        // As the worker passes it to the worklet.
        instance.handle_slot_voice(length);
    }
}
