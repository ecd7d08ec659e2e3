//! Input: a page's offers and candidates.
//! Checked: slot limit; answers are SDP; absent pages are given up.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_web::webrtc::fuzz::webrtc_offers(bytes));
