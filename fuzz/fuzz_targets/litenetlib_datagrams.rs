//! Input: operations of LiteNetLib, both ends.
//! Checked: datagram limit; connections begin and end once at each end; messages belong to a connected peer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::litenetlib::fuzz::litenetlib_datagrams(bytes));
