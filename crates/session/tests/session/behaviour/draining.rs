//! A session that is about to end admits no more newcomers, and tells clients of ours where to go, and when.

use core::time::Duration;

use consonance_session::{
    Access, Capabilities, ChannelProperties, ClientId, CloseReason, DrainTarget, Draining, JoinState,
    LinkChange, LinkId, SessionId, Target,
};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;

const A_MOMENT: Duration = Duration::from_millis(100);
const MINUTE: Duration = Duration::from_mins(1);
const ADDRESS: &str = "quic://voice2.example.org:7777/main";

fn redirect(window: Duration) -> Draining {
    Draining { ends_in: MINUTE, redirect: Some(DrainTarget { address: ADDRESS.into(), window }) }
}

/// Four clients of ours, and one original.
fn crowd() -> (Network, Vec<Player>, Player) {
    let mut network = Network::new();
    let original = network.join("Original", &["lobby"]);
    network.capabilities = Capabilities::ALL;
    let ours = ["Ada", "Bob", "Cleo", "Dan"].map(|name| network.join(name, &["lobby"])).to_vec();
    (network, ours, original)
}

#[test]
fn clients_of_ours_are_told_where_to_go_one_after_the_other() {
    let (mut network, ours, original) = crowd();
    let now = network.now;
    assert_eq!(network.server.announcements().drain(now, &redirect(Duration::from_secs(20))), 4);
    network.run();
    for (player, leave_in) in ours.iter().zip([0, 5000, 10_000, 15_000]) {
        let expected = format!("the server closes in 60000 ms, go to {ADDRESS} in {leave_in} ms");
        assert_eq!(network.events(*player), [expected]);
    }
    assert_eq!(network.events(original), [""; 0]);
}

#[test]
fn without_another_server_they_are_told_when_it_ends() {
    let (mut network, ours, _) = crowd();
    let now = network.now;
    network.server.announcements().drain(now, &Draining { ends_in: MINUTE, redirect: None });
    network.run();
    assert_eq!(network.events(ours[0]), ["the server closes in 60000 ms"]);
}

#[test]
fn an_address_too_long_for_a_packet_is_not_sent() {
    let (mut network, ours, _) = crowd();
    let now = network.now;
    let address = "x".repeat(513).into();
    let redirect = Some(DrainTarget { address, window: Duration::ZERO });
    network.server.announcements().drain(now, &Draining { ends_in: MINUTE, redirect });
    network.run();
    assert_eq!(network.events(ours[0]), ["the server closes in 60000 ms"]);
}

#[test]
fn newcomers_are_refused_with_a_reason_while_lost_links_are_found_again() {
    for (join_state, reason) in [
        (JoinState::Draining, CloseReason::Draining { redirect: None }),
        (JoinState::Overloaded { retry_in_s: 20 }, CloseReason::AtItsLimit { retry_in_s: 20 }),
    ] {
        let (mut network, ours, _) = crowd();
        network.server.reconfigure().set_join_state(join_state);
        let late = network.start("Eve", &[]);
        network.run();
        assert_eq!(network.closed(late), Some(reason));
        assert_eq!(network.server.statistics().newcomers_rejected, 1);
        network.cut(ours[0]);
        network.wait(A_MOMENT);
        assert!(network.events(ours[0]).contains(&"resumed as 1".to_owned()));
    }
}

#[test]
fn a_pending_newcomer_is_refused_with_the_reason_of_a_later_drain() {
    for (join_state, reason) in [
        (JoinState::Draining, CloseReason::Draining { redirect: None }),
        (JoinState::Overloaded { retry_in_s: 20 }, CloseReason::AtItsLimit { retry_in_s: 20 }),
    ] {
        let mut server = LoneServer::with_settings(|settings| settings.admission = true);
        server.connect(1);
        server.receive(1, &packets::handshake_of_ours("Alice", None));
        server.server.reconfigure().set_join_state(join_state);
        assert!(!server.server.admit(LinkId(1), Access::default()));
        assert_eq!(server.closed(), [(1, reason)]);
        assert_eq!((server.server.clients(), server.statistics().newcomers_rejected), (0, 1));
    }
}

#[test]
fn a_client_that_resumes_while_draining_is_told_what_it_missed() {
    let (mut network, ours, _) = crowd();
    let now = network.now;
    network.server.announcements().drain(now, &redirect(Duration::from_secs(20)));
    network.wait(Duration::from_secs(10));
    network.events(ours[3]);
    network.cut(ours[3]);
    network.wait(A_MOMENT);
    let told = network.events(ours[3]);
    let expected = format!("the server closes in 50000 ms, go to {ADDRESS} in 0 ms");
    assert!(told.contains(&expected), "{told:?}");
}

#[test]
fn a_cancelled_drain_is_announced_and_admits_newcomers_again() {
    let (mut network, ours, _) = crowd();
    let now = network.now;
    assert!(!network.server.announcements().stop_draining(now), "it was not to end");
    network.server.announcements().drain(now, &redirect(MINUTE));
    assert!(network.server.announcements().is_draining());
    network.run();
    network.events(ours[1]);
    assert!(network.server.announcements().stop_draining(now));
    network.run();
    assert_eq!(network.events(ours[1]), ["the server stays"]);
    let late = network.join("Eve", &[]);
    assert_eq!(network.client(late).id(), Some(ClientId(5)));
}

#[test]
fn a_redirected_client_joins_the_other_server_with_rooms_and_channels() {
    let (mut network, ours, _) = crowd();
    let lobby = Target::Room("lobby".into());
    network.client(ours[0]).open_channel(lobby, ChannelProperties::default()).expect("a channel more");
    network.replace_server(SessionId(99));
    for player in &ours {
        let now = network.now;
        assert!(network.client(*player).change_link(now, LinkChange::Redirect));
    }
    network.wait(A_MOMENT);
    for (player, id) in ours.iter().zip(0..) {
        let told = network.events(*player);
        assert_eq!(told[0], "disconnected: Redirected, again in 0 ms");
        assert!(told.contains(&format!("joined as {id}")), "{told:?}");
    }
    network.client(ours[0]).send_voice(b"here").expect("in the session");
    network.run();
    assert_eq!(network.events(ours[2]), ["Ada started speaking", "frame 0 of 0: here"]);
}

#[test]
fn a_client_without_a_session_cannot_follow_a_redirect() {
    let mut network = Network::new();
    let alone = network.start("Ada", &[]);
    let now = network.now;
    assert!(!network.client(alone).change_link(now, LinkChange::Redirect));
}

#[test]
fn after_a_restart_each_comes_back_in_its_turn() {
    let (mut network, ours, _) = crowd();
    let (now, after) = (network.now, Duration::from_millis(200));
    assert_eq!(network.server.announcements().announce_restart(now, after, Duration::from_millis(400)), 4);
    network.run();
    network.hand_over(|_| {});
    network.run();
    for (player, retry_in) in ours.iter().zip([200, 300, 400, 500]) {
        let expected = format!("disconnected: LinkLost, again in {retry_in} ms");
        assert_eq!(network.events(*player), [expected]);
    }
    network.wait(Duration::from_secs(1));
    assert_eq!(network.server.statistics().places_resumed, 4);
}

#[test]
fn a_client_that_did_not_announce_it_is_not_told_of_the_drain() {
    let mut network = Network::of_ours();
    network.offer(Capabilities::ALL.without(Capabilities::HAND_OVER));
    let ada = network.join("Ada", &[]);
    let now = network.now;
    assert_eq!(network.server.announcements().drain(now, &redirect(MINUTE)), 0);
    network.run();
    assert_eq!(network.events(ada), [""; 0]);
}
