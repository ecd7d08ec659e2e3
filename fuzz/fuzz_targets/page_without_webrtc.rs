//! Input: operations of a page that runs the engine itself.
//! Checked: samples within full scale; output says how it travels; messages are JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_browser::wasm_voice::fuzz::page_without_webrtc(bytes));
