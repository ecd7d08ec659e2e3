//! An overloaded worker drops newcomers, then voices, and never audible ones.

use std::time::Duration;

use consonance_server::{Load, SessionsSettings, Shedding};

use crate::session_loop::fixture::Fixture;

/// Reports this busy share to the loop for this many seconds.
fn load(fixture: &mut Fixture, seconds: u32, busy_share: f64) {
    for _ in 0..seconds * 10 {
        fixture.wait(Duration::from_millis(100));
        let load = Load { busy_share, voice_share: busy_share, ..Load::default() };
        fixture.session_loop.note_load(fixture.now, &load);
        fixture.run_once();
    }
}

#[test]
fn what_is_too_much_follows_a_reload() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.shedding.is_on = false;
    let now = fixture.now;
    fixture.session_loop.reconfigure(now, &settings);
    load(&mut fixture, 30, 1.0);
    assert_eq!(fixture.session_loop.shedding(), Shedding::Nothing);
}

#[test]
fn newcomers_are_refused_and_the_first_speakers_stay_audible_until_there_is_less_to_do() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut ann = fixture.player("Ann", 0, "main").talk("lobby");
    let mut ben = fixture.player("Ben", 0, "main").talk("lobby");
    let mut cid = fixture.player("Cid", 0, "main").talk("lobby");
    let mut listener = fixture.player("Listener", 0, "main").listen("lobby");
    fixture.settle(&mut [&mut ann, &mut ben, &mut cid, &mut listener]);
    load(&mut fixture, 30, 1.0);
    assert_eq!(fixture.session_loop.shedding(), Shedding::AboveTwoVoices);

    let mut late = fixture.player("Late", 0, "main");
    fixture.settle(&mut [&mut late]);
    assert_eq!(fixture.statistics("main").0, 4);
    assert_eq!(fixture.statistics("main").1.newcomers_rejected, 1);
    for _ in 0..3 {
        for player in [&mut ann, &mut ben, &mut cid] {
            player.client.send_voice(b"frame").unwrap();
            player.run_once(fixture.now);
            fixture.run_once();
        }
        listener.run_once(fixture.now);
    }
    let frames = |listener: &crate::session_loop::player::Player, from: &str| {
        listener.seen.iter().filter(|line| line.starts_with(from)).count()
    };
    let ids = [&ann, &ben, &cid].map(|player| format!("{} says", player.client.id().unwrap()));
    assert_eq!(ids.map(|from| frames(&listener, &from)), [3, 3, 0], "{:?}", listener.seen);
    assert_eq!(fixture.statistics("main").1.voice_shed, 3);

    load(&mut fixture, 60, 0.1);
    assert_eq!(fixture.session_loop.shedding(), Shedding::Nothing);
    let mut later = fixture.player("Later", 0, "main");
    fixture.settle(&mut [&mut later, &mut ann, &mut ben, &mut cid, &mut listener]);
    assert_eq!(fixture.statistics("main").0, 5);
}
