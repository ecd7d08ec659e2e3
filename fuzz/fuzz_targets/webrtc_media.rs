//! Input: RTP and RTCP of a connected page; frames for its slots.
//! Checked: each packet comes out once; slot numbers are unique; counters add up; only excess and silence end it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_web::webrtc::fuzz::webrtc_media(bytes));
