//! Input: operations of Unity Transport, both ends.
//! Checked: round trip; place limit; no peer or timer after an hour of silence.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::utp::fuzz::utp_datagrams(bytes));
