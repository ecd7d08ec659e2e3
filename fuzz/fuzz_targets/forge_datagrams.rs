//! Input: operations of Forge, both ends.
//! Checked: datagram limit; connections begin with a name and end once; newcomers are bounded; round trip.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::forge::fuzz::forge_datagrams(bytes));
