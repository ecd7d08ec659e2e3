//! Changes to the settings of a running session, without disconnecting any client.

use consonance_session::{Access, AccessRule, LinkId};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

/// A client in these rooms; its id is its link's number less one.
fn join(server: &mut LoneServer, link: u64, name: &str, rooms: &[&str]) {
    server.connect(link);
    server.receive(link, &packets::handshake_of_ours(name, None));
    server.receive(link, &packets::client_state(link as u16 - 1, name, rooms));
}

#[test]
fn a_new_rule_takes_clients_that_do_not_meet_it_out_of_that_room_only() {
    let mut server = LoneServer::with_settings(|settings| settings.admission = true);
    for (link, name, tokens) in [(1, "Alice", &["gold"][..]), (2, "Bob", &[])] {
        server.connect(link);
        server.receive(link, &packets::handshake_of_ours(name, None));
        assert!(server.server.admit(LinkId(link), tokens.iter().collect::<Access>()));
        server.receive(link, &packets::client_state(link as u16 - 1, name, &["vip", "lobby"]));
    }
    server.server.set_access_rules(vec![("vip".into(), AccessRule::for_both(["gold"]))]);
    assert_eq!(
        server.sent(),
        ["1 2: DeltaChannelState 1 exits vip"],
        "Alice has had her token before the rule"
    );
    assert_eq!((server.server.clients(), server.closed()), (2, vec![]));
    assert_eq!(server.receive(2, &packets::voice(1, 0, "vip", "la")), [""; 0], "nor does he speak there");
    assert_eq!(server.receive(2, &packets::voice(1, 1, "lobby", "la")).len(), 1);
    assert_eq!(server.receive(1, &packets::enter(0, "other")).len(), 1);
}

#[test]
fn the_id_of_a_room_whose_rule_is_gone_is_free_for_other_rooms() {
    let (ruled, other) = packets::names_of_one_id();
    let access = vec![(ruled.as_str().into(), AccessRule::for_both(["gold"]))];
    let mut server = LoneServer::with_settings(|settings| settings.access = access);
    join(&mut server, 1, "Alice", &[&other]);
    assert_eq!(server.statistics().rooms_reserved, 1);
    server.server.set_access_rules(Vec::new());
    server.sent();
    assert_eq!(server.receive(1, &packets::enter(0, &other)).len(), 1);
}

#[test]
fn removing_a_rule_opens_the_room_again() {
    let mut server = LoneServer::with_settings(|settings| {
        settings.access = vec![("vip".into(), AccessRule::for_both(["gold"]))];
    });
    join(&mut server, 1, "Alice", &["vip"]);
    assert_eq!(server.statistics().rooms_forbidden, 1);
    server.server.set_access_rules(Vec::new());
    assert_eq!(server.receive(1, &packets::enter(0, "vip")), ["1: DeltaChannelState 0 enters vip"]);
    join(&mut server, 2, "Bob", &[]);
    assert_eq!(server.receive(2, &packets::voice(1, 0, "vip", "la")).len(), 1);
}

#[test]
fn a_room_that_the_wire_cannot_tell_from_one_with_a_new_rule_is_closed() {
    let (vip, twin) = packets::names_of_one_id();
    let mut server = LoneServer::with_settings(|_| {});
    join(&mut server, 1, "Alice", &[&twin, "lobby"]);
    join(&mut server, 2, "Bob", &[&vip]);
    let mut rule = AccessRule::default();
    rule.speak = vec!["singer".into()];
    server.server.set_access_rules(vec![(vip.as_str().into(), rule)]);
    assert_eq!(
        server.sent(),
        [format!("1 2: DeltaChannelState 0 exits {twin}")],
        "listeners of the rule's room stay"
    );
    assert_eq!(server.receive(1, &packets::voice(0, 0, &vip, "la")), [""; 0]);
    let refused = ["enters", "exits"].map(|verb| format!("1: DeltaChannelState 0 {verb} {twin}"));
    assert_eq!(server.receive(1, &packets::enter(0, &twin)), refused);
    assert_eq!(server.closed(), []);
}

#[test]
fn lower_limits_hold_for_what_comes_and_drop_no_client() {
    let mut server = LoneServer::with_settings(|_| {});
    join(&mut server, 1, "Alice", &["a", "b"]);
    join(&mut server, 2, "Bob", &[]);
    let mut limits = consonance_session::Limits::default();
    (limits.links, limits.rooms_per_client) = (1, 1);
    server.server.reconfigure().set_limits(limits);
    assert_eq!((server.server.clients(), server.closed()), (2, vec![]));
    let refused = ["enters", "exits"].map(|verb| format!("1: DeltaChannelState 0 {verb} c"));
    assert_eq!(server.receive(1, &packets::enter(0, "c")), refused);
    assert_eq!(server.receive(2, &packets::enter(1, "a")).len(), 1);
    server.connect(3);
    assert_eq!(server.statistics().links_refused, 1);
}
