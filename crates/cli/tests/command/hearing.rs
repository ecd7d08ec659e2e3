//! Players of all networks in one session over real sockets, judged by the simulator's reference: whatever they do,
//! each hears what is meant for it and nothing else, reads every text once, and knows the other players.

mod fixture;
mod networks;
mod pages;
mod tap;

use std::time::Duration;

use consonance_testing::sim::{LiveScenario, Peers, RunReport, Scenario, SimFailure};

use fixture::Fixture;
use networks::Way;
use tap::Fault;

#[test]
fn players_of_thirteen_networks_hear_what_is_meant_for_them_and_nothing_else() {
    let report = play(1, Way::Good, Fault::None).unwrap();
    assert!(report.counts.heard > 100, "a player speaks most of the time: {:?}", report.counts);
    assert!(report.counts.texts > 0, "some write: {:?}", report.counts);
}

#[test]
fn lost_late_and_doubled_voice_is_handled_on_every_network() {
    let report = play(2, Way::Bad, Fault::None).unwrap();
    assert!(report.counts.heard > 100, "a player speaks most of the time: {:?}", report.counts);
}

#[test]
fn a_server_that_forgets_a_listener_is_found_out() {
    let failure = play(3, Way::Good, Fault::ForgottenListener).unwrap_err();
    let is_it = failure.what.contains(" instead of [") && failure.what.contains("word");
    assert!(is_it, "{failure}");
}

#[test]
fn a_network_that_loses_a_reliable_packet_is_found_out() {
    let failure = play(4, Way::Good, Fault::LostPacket).unwrap_err();
    assert!(failure.what.contains("not the next one sent to it"), "{failure}");
}

fn play(seed: u64, way: Way, fault: Fault) -> Result<RunReport, Box<SimFailure>> {
    let mut scenario = Scenario::new(seed);
    scenario.clients = PLAYERS;
    scenario.peers = Peers::Mixed;
    scenario.length = Duration::from_secs(5);
    let mut live = LiveScenario::new(scenario);
    live.may_repeat = way == Way::Bad;
    Fixture::new(live, way, fault).play()
}

/// Two on each network.
const PLAYERS: u16 = 26;
