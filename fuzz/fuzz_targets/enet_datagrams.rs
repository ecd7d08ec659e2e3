//! Input: operations of ENet, both ends.
//! Checked: datagram limit; connections begin and end once at each end; messages belong to a connected peer; only
//! addresses that sent something are answered.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::enet::fuzz::enet_datagrams(bytes));
