//! Input: the file for the next process.
//! Checked: every session resumes, and again after another hand-over, with the same places.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_server::fuzz::hand_over(bytes));
