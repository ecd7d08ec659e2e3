//! What is written down of the originals' bytes and numbers, one example a line.

use consonance_steam::{Channels, SendKind, lobby};

#[test]
fn the_demonstrations_knock_and_its_answer_on_channel_0() {
    let bytes = [0x44, 0x69, 0x73, 0x73, 0x6f, 0x6e, 0x61, 0x6e, 0x63, 0x65];
    assert_eq!((lobby::KNOCK, lobby::KNOCK_CHANNEL), (&bytes, 0));
    assert_eq!(lobby::answer(&bytes, Some(lobby::LOBBY_VALUE)), Some(&bytes));
}

#[test]
fn the_channel_to_the_server() {
    assert_eq!(Channels::default().to_server, 144_984_105);
    assert_eq!(Channels::default().to_server, 0x08a4_4829);
}

#[test]
fn the_channel_to_clients() {
    assert_eq!(Channels::default().to_client, 144_984_106);
    assert_eq!(Channels::default().to_client, 0x08a4_482a);
}

#[test]
fn the_kinds_of_sending() {
    use SendKind::{Reliable, ReliableWithBuffering, UnreliableNoDelay};
    assert_eq!([UnreliableNoDelay, Reliable, ReliableWithBuffering].map(|kind| kind as u8), [1, 2, 3]);
}

#[test]
fn the_demonstrations_lobby() {
    assert_eq!(lobby::LOBBY_KEY, "1A67E8FC-BCD9-4F53-845D-4F69531F0B29");
    assert_eq!(lobby::LOBBY_VALUE, "536366D9-A522-456B-BEC5-51986EE2E515");
    assert_eq!((lobby::NAME_KEY, lobby::SEATS), ("name", 8));
}
