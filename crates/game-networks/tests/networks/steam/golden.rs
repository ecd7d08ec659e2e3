//! Recorded bytes and numbers of the originals, one example per line.

use consonance_game_networks::steam::{SendKind, SteamChannels};

#[test]
fn the_channel_to_the_server() {
    assert_eq!(SteamChannels::default().to_server, 144_984_105);
    assert_eq!(SteamChannels::default().to_server, 0x08a4_4829);
}

#[test]
fn the_channel_to_clients() {
    assert_eq!(SteamChannels::default().to_client, 144_984_106);
    assert_eq!(SteamChannels::default().to_client, 0x08a4_482a);
}

#[test]
fn the_kinds_of_sending() {
    use SendKind::{Reliable, ReliableWithBuffering, UnreliableNoDelay};
    assert_eq!([UnreliableNoDelay, Reliable, ReliableWithBuffering].map(|kind| kind as u8), [1, 2, 3]);
}
