//! Input: a track of a recording whose frames are encrypted, with its checksums as they are and put right.
//! Checked: frames do not overlap; what is written of it is as long as it says.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_recording::fuzz::sealed_track(bytes));
