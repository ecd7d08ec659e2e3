//! Overloaded workers.

use std::time::{Duration, Instant};

use consonance_server::{Load, SessionsSettings};

use crate::workers::fixture::{Fixture, wait_until};

/// Reports this load to a worker for two seconds; returns the number of its shedding level.
fn overload(fixture: &Fixture, load: Load) -> u8 {
    let told = fixture.server.handle().ask(0, move |session_loop, now: Instant| {
        for seconds in 0..=2 {
            session_loop.note_load(now + Duration::from_secs(seconds), &load);
        }
        session_loop.shedding().number()
    });
    told.unwrap()
}

#[test]
fn an_idle_worker_relaxes_its_load_shedding() {
    let fixture = Fixture::new(&["main"], 1);
    assert!(overload(&fixture, Load { busy_share: 1.0, voice_share: 1.0, ..Load::default() }) > 0);
    // Reading its published state does not wake it.
    let shown = || fixture.server.handle().workers()[0].shedding;
    wait_until("it is shown", &mut [], |_| shown() > 0);
    wait_until("it is taken back", &mut [], |_| shown() == 0);
}

#[test]
fn a_session_sheds_voices_while_a_worker_that_holds_its_links_has_too_much_to_do() {
    let fixture = Fixture::new(&["main"], 2);
    let mut player = fixture.player_of_worker(1, "Alice", "main");
    wait_until("she is in", &mut [&mut player], |all| all[0].has_joined);
    let too_much = Load { busy_share: 1.0, voice_share: 1.0, ..Load::default() };
    let told = fixture.server.handle().ask(1, move |edge, now: Instant| {
        for seconds in 0..=2 {
            edge.note_load(now + Duration::from_secs(seconds), &too_much);
        }
    });
    assert_eq!(told, Ok(()));
    let mut newcomers = 0;
    wait_until("newcomers are rejected", &mut [&mut player], |_| {
        newcomers += 1;
        let mut late = fixture.player_of_worker(0, &format!("late {newcomers}"), "main");
        wait_until("it is in or out", &mut [&mut late], |all| all[0].has_joined || all[0].end.is_some());
        late.end.is_some()
    });
    wait_until("newcomers are admitted again", &mut [&mut player], |_| {
        newcomers += 1;
        let mut late = fixture.player_of_worker(0, &format!("late {newcomers}"), "main");
        wait_until("it is in or out", &mut [&mut late], |all| all[0].has_joined || all[0].end.is_some());
        late.has_joined
    });
}

#[test]
fn a_process_that_uses_all_its_processor_time_for_the_server_s_voices_has_too_much_to_do() {
    // Whether the process's load counts, the worker's own load, and the expected result: an almost idle worker does
    // not cause the process's load.
    for (counts_process, busy_share, is_too_much) in
        [(false, 0.4, false), (true, 0.4, true), (true, 0.1, false)]
    {
        let mut settings = SessionsSettings::new(["main"]).unwrap();
        settings.shedding.counts_process = counts_process;
        let fixture = Fixture::with_settings(&settings, 1);
        let load = Load { busy_share, process_share: 1.0, ..Load::default() };
        assert_eq!(overload(&fixture, load) > 0, is_too_much, "{counts_process} {busy_share}");
    }
}

#[test]
fn a_worker_that_is_kept_from_working_gives_nothing_up() {
    let fixture = Fixture::new(&["main"], 1);
    let handle = fixture.server.handle();
    // As if the system had scheduled others for three seconds.
    let keep_waiting = || {
        let job = |session_loop: &mut consonance_server::SessionLoop, _: Instant| {
            std::thread::sleep(Duration::from_millis(50));
            session_loop.shedding().number()
        };
        handle.ask(0, job).unwrap()
    };
    assert!((0..60).all(|_| keep_waiting() == 0));
}
