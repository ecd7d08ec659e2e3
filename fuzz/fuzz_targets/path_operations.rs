//! The fuzzer's way in: bytes as everything that can happen to both halves of the fast path.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_fast_path::fuzz::path_operations(bytes));
