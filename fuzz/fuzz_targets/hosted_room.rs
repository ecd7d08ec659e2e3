//! Input: operations of a game's own room.
//! Checked: messages go to present players, on a channel of the network; links begin and end once; a former server
//! has no players; it ends.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::hosted::fuzz::hosted_room(bytes));
