//! A game on Steam: a channel for each direction, direct messages, and introductions that are repeated.

use std::time::Duration;

use consonance_game_networks::hosted::SteamInGame;

use crate::hosted::cloud::{Receivers, Weather};
use crate::hosted::fixture::{Fixture, SPOKEN};
use crate::hosted::network::Network;

fn steam(players: usize) -> Fixture {
    Fixture::of(Network::Steam(SteamInGame::default()), Weather::FAIR, players)
}

#[test]
fn all_hear_each_other_directly() {
    let mut fixture = steam(4);
    fixture.cloud.log.clear();
    fixture.assert_all_hear_each_other(SPOKEN);
    let voice = fixture.cloud.log.iter().filter(|(event, _)| !event.is_reliable && event.content[2] == VOICE);
    let (mut direct, mut all) = (0, 0);
    for (event, receivers) in voice {
        assert!(matches!(receivers, Receivers::TargetActors(actors) if actors.len() == 1));
        direct += usize::from(event.label == "144984106");
        all += 1;
    }
    assert_eq!((direct, all), (4 * 3 * SPOKEN, 4 * 3 * SPOKEN));
}

#[test]
fn every_player_introduces_itself_again() {
    let mut fixture = steam(3);
    fixture.pass(Duration::from_secs(20));
    fixture.cloud.log.clear();
    fixture.pass(Duration::from_secs(23));
    for program in &fixture.programs {
        let said = fixture.cloud.log.iter();
        let said =
            said.filter(|(event, _)| event.sender == program.actor && event.content[2] == HANDSHAKE_P2P);
        assert_eq!(said.count(), 2, "of {} to two others", program.name());
    }
    fixture.assert_all_hear_each_other(SPOKEN);
}

const VOICE: u8 = 2;
const HANDSHAKE_P2P: u8 = 11;
