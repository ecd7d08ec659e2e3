//! Input: operations of a group's members and of one that opens their frames: sealing, epochs, frames that come
//! again, late, altered and made up.
//! Checked: only what a member sealed is opened, once, and while its epoch is held; counts add up.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_e2ee::sframe::fuzz::sealed_frames(bytes));
