//! The fuzzer's way in: any bytes as what DarkRift's peers and pending connections say.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_darkrift::fuzz::darkrift_streams(bytes));
