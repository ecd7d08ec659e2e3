//! The fuzzer's way in: any messages in the two channels that voice has in a game's connections.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_transport::hosted::channels::fuzz::hosted_channels(
    bytes
));
