//! A game on `UNet`'s high-level API: one message type for both directions, and everything goes through the server.

use consonance_game_networks::hosted::UnetHlapi;

use crate::hosted::cloud::Weather;
use crate::hosted::fixture::{Fixture, SPOKEN};
use crate::hosted::network::Network;

#[test]
fn all_hear_each_other_although_both_ways_are_one_type() {
    let mut fixture = Fixture::of(Network::Unet(UnetHlapi::default()), Weather::FAIR, 4);
    fixture.assert_all_hear_each_other(SPOKEN);
    assert!(fixture.cloud.log.iter().all(|(event, _)| event.label == "18385"));
}
