//! The programme has a scene for every feature, and no contradictions.

use super::*;
use crate::scenario::cast::Way;

fn lines() -> impl Iterator<Item = Line> {
    acts().filter_map(|act| match act {
        Says(line) => Some(line),
        _ => None,
    })
}

fn acts() -> impl Iterator<Item = Act> {
    PROGRAMME.iter().flat_map(Scene::acts)
}

fn happens(is_it: impl Fn(&Event) -> bool) -> bool {
    acts().any(|act| matches!(act, Happens(event) if is_it(&event)))
}

#[test]
fn every_player_with_a_voice_speaks_and_every_speaker_has_one() {
    for role in CAST.iter() {
        assert_eq!(role.words.is_some(), lines().any(|line| line.member == role.member), "{:?}", role.member);
    }
}

#[test]
fn native_players_a_browser_plain_sockets_and_every_listed_network_are_there() {
    let is_there = |way: Way| CAST.iter().any(|role| role.way == way);
    for way in [Way::Native, Way::Browser, Way::Mumble, Way::PlainSockets, Way::Lossy, Way::Recorder] {
        assert!(is_there(way), "{way:?}");
    }
    for network in consonance_server_config::NETWORKS {
        let is_in_the_scenario = network.scenario_keys().is_some();
        assert_eq!(
            is_there(Way::Listed(network.table().name)),
            is_in_the_scenario,
            "{}",
            network.table().name
        );
    }
}

#[test]
fn every_feature_has_a_scene() {
    for room in [LOBBY, RED, BLUE, WORLD, DANCE_FLOOR, CARD_TABLE] {
        assert!(lines().any(|line| line.to == To::Room(room)), "{room}");
    }
    assert!(lines().any(|line| matches!(line.to, To::Player(_))), "a whisper");
    assert!(lines().any(|line| line.member.role().way == Way::Lossy), "a player on a bad network speaks");
    assert!(lines().any(|line| line.member == Jukebox), "music");
    assert!(lines().any(|line| line.heard_by == HeardBy::NoPlayer), "a player is muted");
    let events: [fn(&Event) -> bool; 8] = [
        |event| matches!(event, Event::RecorderLeaves),
        |event| matches!(event, Event::Reload(member) if member.role().way == Way::Browser),
        |event| matches!(event, Event::FloodBegins),
        |event| matches!(event, Event::Mute(_)),
        |event| matches!(event, Event::Ban(_)),
        |event| matches!(event, Event::NoChairFor(_)),
        |event| matches!(event, Event::HouseFills),
        |event| matches!(event, Event::Restart),
    ];
    for (number, is_it) in events.into_iter().enumerate() {
        assert!(happens(is_it), "event {number} of the list");
    }
}

#[test]
fn each_line_but_those_of_the_muted_is_heard_and_private_lines_are_not_heard_by_all() {
    for line in lines() {
        let hear = CAST.iter().filter(|role| line.is_for(role.member)).count();
        assert_eq!(hear == 0, line.heard_by == HeardBy::NoPlayer, "{line:?}");
        assert!(!line.is_for(line.member), "{line:?}");
        let is_for_all = line.heard_by == HeardBy::Listeners(LOBBY);
        assert!(is_for_all || hear <= CAST.len() / 2, "{line:?}");
    }
}

#[test]
fn a_banned_player_does_not_speak_and_what_begins_ends() {
    let place = |is_it: &dyn Fn(&Act) -> bool| acts().position(|act| is_it(&act)).unwrap();
    let banned = place(&|act| matches!(act, Happens(Event::Ban(Trevor))));
    assert!(acts().skip(banned).all(|act| !matches!(act, Says(line) if line.member == Trevor)));
    for (begin, end) in [(Event::MusicBegins, Event::MusicEnds), (Event::FloodBegins, Event::FloodEnds)] {
        let at = |event: Event| place(&move |act| matches!(act, Happens(one) if *one == event));
        assert!(at(begin) < at(end), "{begin:?}");
    }
}
