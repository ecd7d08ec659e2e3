//! Input: payloads of Fish-Networking, either side.
//! Checked: no peer answers for another; a proxy adds nothing; limits; round trip of numbers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::fishnet::fuzz::fishnet_payloads(bytes));
