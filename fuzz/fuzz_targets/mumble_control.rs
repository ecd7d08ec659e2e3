//! Input: what a Mumble client sends on its control channel, in pieces.
//! Checked: no more is taken than there is; a login is read again; messages that are written are read as they were.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_mumble::fuzz::mumble_control(bytes));
