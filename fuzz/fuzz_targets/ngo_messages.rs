//! Input: messages of Netcode for GameObjects, half in valid batches.
//! Checked: everything but voice passes byte for byte; output is a batch; round trip.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::ngo::fuzz::ngo_messages(bytes));
