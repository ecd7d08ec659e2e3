//! Room tables that hold all names of one room id, as originals do since 9.0.1: on the server and on each client.

use consonance_session::{ChannelProperties, RoomId, Target};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

#[test]
fn a_server_lists_every_name_of_one_room_id_until_its_last_listener_leaves() {
    let (first, second) = packets::names_of_one_id();
    let mut names = [first.as_str(), second.as_str()];
    names.sort_unstable();
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[&first]);
    server.join(2, "Bob", &[&second]);
    let id = RoomId::of(&first);
    assert_eq!(server.server.tables().room_names(id).collect::<Vec<_>>(), names);
    server.receive(1, &packets::exit(0, &first));
    assert_eq!(server.server.tables().room_names(id).collect::<Vec<_>>(), [second.as_str()]);
    server.receive(2, &packets::exit(1, &second));
    assert_eq!(server.server.tables().room_names(id).count(), 0);
}

#[test]
fn a_speaker_to_either_of_two_rooms_with_one_id_reaches_the_listeners_of_both() {
    let (first, second) = packets::names_of_one_id();
    for new in [Network::new, Network::of_ours] {
        let mut network = new();
        let alice = network.join("Alice", &[]);
        let (bob, carol) = (network.join("Bob", &[&first]), network.join("Carol", &[&second]));
        for (room, sequence) in [(&first, 0), (&second, 1)] {
            let target = Target::Room(room.as_str().into());
            let channel = network.client(alice).open_channel(target, ChannelProperties::default()).unwrap();
            network.events(bob);
            network.events(carol);
            assert_eq!(network.client(alice).send_voice(b"a"), Ok(2), "{sequence}");
            network.run();
            for listener in [bob, carol] {
                let heard = network.events(listener);
                assert!(heard.iter().any(|event| event.ends_with(": a")), "{heard:?}");
            }
            network.client(alice).voice_mut().close_channel(channel);
        }
    }
}
