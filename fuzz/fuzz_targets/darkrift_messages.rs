//! The fuzzer's way in: any bytes as the messages of a game on DarkRift.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_darkrift::voice::fuzz::darkrift_messages(bytes));
