//! Input: a voice packet of Mumble, in both formats and from both ends.
//! Checked: packets that are written are read as they were.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_mumble::fuzz::mumble_voice(bytes));
