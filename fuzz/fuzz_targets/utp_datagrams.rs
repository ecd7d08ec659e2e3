//! The fuzzer's way in: any bytes as datagrams to both ends of Unity Transport.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_utp::fuzz::utp_datagrams(bytes));
