//! A Bolt game: reliable packets are events, voice is a stream, and everything goes through the server.

use consonance_game_networks::hosted::PhotonBolt;

use crate::hosted::cloud::{Receivers, Weather};
use crate::hosted::fixture::{Fixture, SPOKEN};
use crate::hosted::network::Network;

#[test]
fn all_hear_each_other_through_the_server() {
    let mut fixture = Fixture::of(Network::Bolt(PhotonBolt::default()), Weather::FAIR, 4);
    fixture.assert_all_hear_each_other(SPOKEN);
    for (event, receivers) in &fixture.cloud.log {
        assert_eq!(event.is_reliable, event.label.starts_with("DissonanceTo"), "{}", event.label);
        let is_from_server = event.sender == 1;
        assert_eq!(is_from_server, *receivers != Receivers::MasterClient, "players say nothing to players");
        assert_ne!(*receivers, Receivers::TargetActors(vec![1]), "the host's own player needs no network");
    }
}

#[test]
fn events_of_a_game_with_small_packets_stay_small() {
    let bolt = PhotonBolt { event_bytes: 300, ..PhotonBolt::default() };
    let mut fixture = Fixture::of(Network::Bolt(bolt), Weather::FAIR, 3);
    for program in &mut fixture.programs {
        let client = &mut program.player.client;
        let joined =
            (0..40).filter(|number| client.join_room(&format!("a room {number:0>30}")).is_ok()).count();
        assert!(joined < 10, "no more than fit into an event: {joined}");
    }
    fixture.assert_all_hear_each_other(SPOKEN);
    let longest =
        fixture.cloud.log.iter().filter(|(event, _)| event.is_reliable).map(|(event, _)| event.content.len());
    assert!(longest.max().is_some_and(|longest| longest <= 300));
}
