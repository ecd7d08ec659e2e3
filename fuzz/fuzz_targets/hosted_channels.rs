//! Input: what a game hands to voice's two channels.
//! Checked: client limit; both ends survive.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_link::hosted::channels::fuzz::hosted_channels(
    bytes
));
