//! Input: a control stream, hellos over QUIC, an address.
//! Checked: cuts; packet limit; round trip.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_quic::fuzz::client_hello(bytes));
