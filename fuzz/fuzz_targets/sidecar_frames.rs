//! The fuzzer's way in: any bytes as what is said over a sidecar's link.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_sidecar::fuzz::sidecar_frames(bytes));
