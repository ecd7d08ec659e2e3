//! The fuzzer's way in: any bytes as what a game pushes into a room of its own network.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_hosted::fuzz::hosted_room(bytes));
