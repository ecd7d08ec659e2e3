//! What holds when, without a server.

use core::time::Duration;

use super::*;

fn lobby_rule() -> Vec<(RoomPattern, AccessRule)> {
    [(RoomPattern::Name("lobby".into()), AccessRule::default())].into()
}

#[test]
fn deadlines_count_from_the_latest_time_of_the_driver() {
    let mut rules = Rules::new(ServerSettings::from_seed(7));
    let limits = &mut rules.settings_mut().limits;
    (limits.handshake, limits.resume) = (Duration::from_secs(1), Duration::from_secs(2));
    rules.advance(Instant::from_millis(500));
    rules.advance(Instant::from_millis(300));
    assert_eq!(rules.now(), Instant::from_millis(500));
    assert_eq!(rules.handshake_deadline(), Instant::from_millis(1500));
    assert_eq!(rules.place_deadline(), Instant::from_millis(2500));
}

#[test]
fn new_access_rules_count_once() {
    let mut rules = Rules::new(ServerSettings::from_seed(7));
    assert_eq!(rules.set_access_rules(lobby_rule(), &[]), Some(Vec::new()), "no room is in use");
    assert_eq!(rules.set_access_rules(lobby_rule(), &[]), None);
    assert_eq!(rules.settings().access, lobby_rule());
}

#[test]
fn a_permissive_session_has_no_rules_of_its_own() {
    let mut settings = ServerSettings::from_seed(7);
    (settings.permissive, settings.access) = (true, lobby_rule());
    let mut rules = Rules::new(settings);
    assert!(rules.is_permissive() && rules.settings().access.is_empty());
    assert_eq!(rules.set_access_rules(lobby_rule(), &[]), None);
    rules.set_room_limits([(RoomPattern::Name("lobby".into()), RoomLimits::default())].into());
    assert!(rules.settings().access.is_empty() && rules.settings().room_limits.is_empty());
}
