//! Input: operations of a browser's connection, with keys that hide nothing.
//! Checked: consistent events within limits; only the page is answered; silence ends it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_web::webrtc::fuzz::webrtc_datagrams(bytes));
