//! The fuzzer's way in: any bytes as what accounts, games and Steam itself do to a server and to players.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_steam::fuzz::steam_packets(bytes));
