//! Input: frames of a sidecar's link, before and after its proof, either end.
//! Checked: round trip; no entry without a proof; cuts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::sidecar::fuzz::sidecar_frames(bytes));
