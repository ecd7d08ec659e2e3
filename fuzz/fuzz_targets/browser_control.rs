//! Input: operations of a page's player, resumes, a kick.
//! Checked: valid messages within limits; voice has its slot; packets are readable; nothing remains after leaving.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_browser::fuzz::browser_control(bytes));
