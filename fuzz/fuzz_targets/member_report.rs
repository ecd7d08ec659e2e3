//! Input: what a player reports, as moderators read it once it is opened.
//! Checked: round trip; no more frames count as signed than there are.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_e2ee::fuzz::member_report(bytes));
