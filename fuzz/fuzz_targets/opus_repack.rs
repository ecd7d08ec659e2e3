//! Input: packets of a page's microphone.
//! Checked: 20 ms of the input, in order, within the speech; each packet is counted.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_browser::fuzz::opus_repack(bytes));
