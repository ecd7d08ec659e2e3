//! Input: operations of accounts, games and an in-memory Steam.
//! Checked: peers are announced once before they are heard and gone once; links and limits hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::steam::fuzz::steam_packets(bytes));
