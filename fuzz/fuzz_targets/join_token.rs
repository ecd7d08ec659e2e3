//! Input: a join token; header and claims of a signed one.
//! Checked: only signed claims are believed; round trip.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_server::fuzz::join_token(bytes));
