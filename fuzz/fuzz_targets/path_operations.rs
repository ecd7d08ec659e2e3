//! Input: operations of the fast path, with and without encryption.
//! Checked: limits; an unproved address gets no more bytes than it sent.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_quic::fast_path::fuzz::path_operations(bytes));
