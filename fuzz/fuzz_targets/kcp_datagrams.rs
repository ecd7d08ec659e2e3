//! The fuzzer's way in: bytes as everything that can happen to a server and clients of kcp2k.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_kcp::fuzz::kcp_datagrams(bytes));
