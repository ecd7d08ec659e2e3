//! The order in which a client sends the packets of one update.

use consonance_session::{ChannelProperties, Target};

use crate::behaviour::support::lone_client::LoneClient;

#[test]
fn control_overtakes_text_and_text_overtakes_voice() {
    let mut client = LoneClient::joined_with("Alice", 0, &[], &[("Bob", 1, &["lobby"])]);
    client.client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    client.client.send_voice(b"a").unwrap();
    client.client.send_text(&Target::Player("Bob".into()), "hi").unwrap();
    client.client.join_room("team").unwrap();
    client.client.send_voice(b"b").unwrap();
    client.client.leave_room("team");
    assert_eq!(
        client.sent(),
        [
            "DeltaChannelState 0 enters team",
            "DeltaChannelState 0 exits team",
            "ServerRelayReliable to 1: TextData 0 to @1: hi",
            "ServerRelayUnreliable to 1: VoiceData 0 #0 session 0 [lobby] a",
            "ServerRelayUnreliable to 1: VoiceData 0 #1 session 0 [lobby] b",
        ]
    );
}

#[test]
fn what_was_drained_is_not_overtaken() {
    let mut client = LoneClient::joined_with("Alice", 0, &[], &[("Bob", 1, &[])]);
    client.client.send_text(&Target::Player("Bob".into()), "hi").unwrap();
    assert_eq!(client.sent(), ["ServerRelayReliable to 1: TextData 0 to @1: hi"]);
    client.client.join_room("team").unwrap();
    assert_eq!(client.sent(), ["DeltaChannelState 0 enters team"]);
}
