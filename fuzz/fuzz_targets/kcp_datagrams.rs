//! Input: operations of kcp2k, server and client of each generation.
//! Checked: datagram limit; only addresses that sent something are answered; consistent events; counted peers are
//! there.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::kcp::fuzz::kcp_datagrams(bytes));
